const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** `1.4 GiB`: three digits at most before the unit. */
export function sizeText(bytes: number | undefined): string {
  if (bytes === undefined) return '?'
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]!}`
}

/** `3.2 MiB/s`; nothing for nothing. */
export function rateText(bytesPerSecond: number): string {
  return bytesPerSecond < 1 ? '' : `${sizeText(bytesPerSecond)}/s`
}

/** `1 h 20 min`; the two largest units. */
export function durationText(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return ''
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [Math.floor(seconds) % 60, 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  if (first < 0) return '0 s'
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** `30m`, `1h`, `2d`, `90 s` in whole seconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,6})\s*([smhd])(?:in|ours?|ays?)?$/i.exec(text.trim())
  return match === null ? undefined : Number(match[1]) * seconds[match[2]!.toLowerCase()]!
}

/** Rounded down, so that 100 % means complete. */
export function percentText(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(share >= 1 ? 0 : 1)} %`
}

export function timeText(at: number | undefined): string {
  return at === undefined ? '' : new Date(at).toISOString().slice(0, 16).replace('T', ' ')
}

const factors: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

/** `500k`, `2.5 MiB`, `10M/s`, `0`; undefined for anything else. Units are powers of 1024. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?(?:\/s)?$/i.exec(text.trim())
  if (match === null) return undefined
  return Math.round(Number(match[1]) * factors[match[2]!.toLowerCase()]!)
}

/** Columns as wide as their longest cell, counted as a terminal counts. Columns in `right` are set flush right. */
export function table(given: readonly (readonly string[])[], right: ReadonlySet<number> = new Set()): string {
  // A name that holds the end of a line must not look like a row of its own.
  const rows = given.map((row) => row.map((cell) => cell.replace(/[\r\n\v\f]/g, '\ufffd')))
  const widths: number[] = []
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, width(cell))
  return rows
    .map((row) =>
      row
        .map((cell, at) => {
          const space = ' '.repeat(widths[at]! - width(cell))
          return right.has(at) ? space + cell : at === row.length - 1 ? cell : cell + space
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Columns of a text in a terminal; wide East Asian characters take two, combining marks none. */
export function width(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length
  let sum = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (/^\p{Mark}|^\p{Cc}/u.test(segment)) continue
    sum +=
      /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|^\p{Emoji_Presentation}/u.test(
        segment,
      )
        ? 2
        : 1
  }
  return sum
}

/** At most `columns` wide, with an ellipsis where something was cut. Control characters become spaces. */
export function clip(text: string, columns: number): string {
  const clean = text.replace(/\p{Cc}/gu, ' ')
  if (width(clean) <= columns) return clean
  let out = ''
  let sum = 0
  for (const { segment } of new Intl.Segmenter().segment(clean)) {
    sum += width(segment)
    if (sum > columns - 1) break
    out += segment
  }
  return `${out}…`
}

/** `[#####-----]` with eighths of a block where the terminal has them. */
export function bar(share: number, columns: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * columns * 8)
  const full = Math.floor(eighths / 8)
  const part = eighths % 8
  const cells = '█'.repeat(full) + (part > 0 ? ' ▏▎▍▌▋▊▉'[part]! : '')
  return cells + ' '.repeat(columns - full - (part > 0 ? 1 : 0))
}

/** Devices, or whatever has names, in one line. */
export function namesOf(all: readonly { readonly name: string }[]): string {
  return all.map(({ name }) => name).join(', ')
}
