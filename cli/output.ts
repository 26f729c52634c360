import { styleText } from 'node:util'
import { ProblemError } from '@kith/api/client.ts'

/** Where a command writes to. Colours and live pictures only where somebody looks. */
export interface Output {
  readonly json: boolean
  readonly terminal: boolean
  readonly columns: number
  line(text?: string): void
  /** One value: JSON with `--json`, else what `text` makes of it. */
  value<T>(value: T, text: (value: T) => string): void
  /** One line of NDJSON, or of text. */
  item<T>(value: T, text: (value: T) => string): void
  /** Draws over what was drawn before; only on a terminal. */
  redraw(lines: readonly string[]): void
  /** Leaves the last picture standing. */
  endDrawing(): void
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
}

export function output(options: { json: boolean; stream: NodeJS.WriteStream }): Output {
  const { json, stream } = options
  const terminal = stream.isTTY === true && !json
  let drawn = 0
  const write = (text: string): void => void stream.write(text)
  const shown = (text: string): string => (terminal ? harmless(text) : text)
  const style =
    (format: Parameters<typeof styleText>[0]) =>
    (text: string): string =>
      terminal ? styleText(format, text, { stream }) : text
  return {
    json,
    terminal,
    get columns() {
      return stream.columns ?? 100
    },
    line: (text = '') => write(`${shown(text)}\n`),
    value: (value, text) => write(`${json ? JSON.stringify(value, undefined, 2) : shown(text(value))}\n`),
    item: (value, text) => write(`${json ? JSON.stringify(value) : shown(text(value))}\n`),
    redraw(lines) {
      if (!terminal) return
      write(`${drawn > 0 ? `\x1b[${drawn}A\r\x1b[J` : ''}${shown(lines.join('\n'))}\n`)
      drawn = lines.length
    },
    endDrawing() {
      drawn = 0
    },
    bold: style('bold'),
    dim: style('dim'),
    red: style('red'),
    green: style('green'),
  }
}

const escape = '\x1b'
/** Control characters, and in the group the one kind that may stay. */
const obeyed = new RegExp(`(${escape}\\[[0-9;]*m)|(?![\\n\\t])\\p{Cc}`, 'gu')
/** The last colour of the text is an end of one. */
const endsPlain = new RegExp(`${escape}\\[(?:0|39|22)m[^${escape}]*$`)

/**
 * Without what a terminal would obey: names and lines come from strangers. Colours stay, which are our own, and end with
 * the text.
 */
export function harmless(text: string): string {
  const clean = text.replace(obeyed, (_all, colour: string | undefined) => colour ?? '\ufffd')
  return clean.includes(escape) && !endsPlain.test(clean) ? `${clean}${escape}[0m` : clean
}

/** What went wrong, as people read it: a sentence, and what to do about it. */
export function errorText(error: unknown): string {
  if (error instanceof ProblemError) {
    const { detail, hint, code } = error.problem
    return `${detail} (${code})${hint === undefined ? '' : `\n${hint}`}`
  }
  return error instanceof Error ? error.message : String(error)
}
