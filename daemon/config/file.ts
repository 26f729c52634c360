import { parse, TomlError } from 'smol-toml'
import type { Fault } from '@kith/core/fault/fault.ts'
import type { Group, Layer, Read } from './layer.ts'
import { fieldsOf, parseInto, problem } from './layer.ts'
import { fileName, nearest, plainName } from './names.ts'

/**
 * The layer of `config.toml`: a table for every group, in it a key for every field. What is wrong with a key costs
 * only that key; a file that is no TOML is left out as a whole (`layer` undefined).
 */
export function readFileLayer(
  text: string,
  fileLabel: string,
  groups: readonly Group[],
): Omit<Read, 'layer'> & { readonly layer: Layer | undefined } {
  const layer: Layer = new Map()
  const problems: Fault[] = []
  let root: Record<string, unknown>
  try {
    root = parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [sentence = ''] = error.message.replace('Invalid TOML document: ', '').split('\n')
    problems.push(
      problem(
        'toml',
        `${fileLabel}, line ${error.line}: ${sentence}`,
        'Correct the line; until then the whole file does not count.',
      ),
    )
    return { layer: undefined, problems }
  }
  const where = (path: readonly string[]): string => {
    const line = lineOf(text, path)
    return line === undefined ? fileLabel : `${fileLabel}, line ${line}`
  }
  for (const [name, table] of Object.entries(root)) {
    const group = groups.find((one) => plainName(one.name) === plainName(name))
    if (group === undefined) {
      const known = groups.map((one) => one.name)
      problems.push(unknown(where([name]), isTable(table) ? `[${name}]` : name, nearest(name, known), '[', ']'))
    } else if (isTable(table)) readTable(group, table, name)
    else
      problems.push(
        problem('value', `${where([name])}: ${name} has to be a table`, `Write [${name}], and the settings below it.`),
      )
  }
  return { layer, problems }

  function readTable(group: Group, table: Readonly<Record<string, unknown>>, name: string): void {
    const fields = Object.entries(fieldsOf(group))
    for (const [key, input] of Object.entries(table)) {
      const at = where([name, key])
      const found = fields.find(([field]) => plainName(field) === plainName(key))
      if (found === undefined) {
        const alias = fields.find(([, { aliases }]) => aliases?.some((word) => plainName(word) === plainName(key)))
        const known = fields.map(([field]) => fileName(field))
        const near = alias === undefined ? nearest(key, known) : fileName(alias[0])
        problems.push(unknown(at, `${name}.${key}`, near, '', ''))
        continue
      }
      const wrong = parseInto(layer, group, found[0], found[1], input, at)
      if (wrong !== undefined) problems.push(wrong)
    }
  }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

function unknown(where: string, name: string, near: string | undefined, before: string, after: string): Fault {
  const hint = near === undefined ? undefined : `Did you mean ${before}${near}${after}?`
  return problem('unknown-key', `${where}: there is no setting ${name}`, hint)
}

/** The line of a table (one name) or of a key in a table (two), counted from 1. TOML readers do not keep it. */
function lineOf(text: string, [table, key]: readonly string[]): number | undefined {
  let inside: string | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const header = /^\s*\[\s*["']?([^"'\]]+?)["']?\s*\]/.exec(line)?.[1]
    if (header !== undefined) {
      inside = header
      if (key === undefined && header === table) return index + 1
      continue
    }
    const name = /^\s*((?:["'][^"']*["']|[\w-]+)(?:\s*\.\s*(?:["'][^"']*["']|[\w-]+))*)\s*=/.exec(line)?.[1]
    if (name === undefined) continue
    const parts = name.split('.').map((part) => part.trim().replaceAll(/^["']|["']$/g, ''))
    const path = inside === undefined ? parts : [inside, ...parts]
    if (path[0] === table && (key === undefined || path[1] === key)) return index + 1
  }
  return undefined
}
