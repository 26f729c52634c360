/** A field's name in the file: `alternativeDown` is `alternative_down`. */
export function fileName(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** A field's name in the environment: `KITH_SPEED_ALTERNATIVE_DOWN`. */
export function environmentName(group: string, field: string): string {
  return `KITH_${group}_${fileName(field)}`.toUpperCase()
}

/** What all spellings of a name share: people write `device-name`, `device_name` and `deviceName`. */
export function plainName(name: string): string {
  return name.replaceAll(/[-_ ]/g, '').toLowerCase()
}

/** The known name that is nearest to a wrong one, if any is near enough to have been meant. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const one of known) {
    const apart = distance(plainName(name).slice(0, 64), plainName(one).slice(0, 64))
    if (apart < least) [best, least] = [one, apart]
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one into the other. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1)
      row.push(cost)
    }
    before = last
    last = row
  }
  return last[b.length]!
}
