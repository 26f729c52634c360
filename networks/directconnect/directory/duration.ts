const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 }

/** `30m`, `2h`, `7d`, `4w` in milliseconds, or `ever`; undefined for anything else. */
export function parseDuration(text: string): number | 'ever' | undefined {
  if (text === 'ever') return 'ever'
  const match = /^(\d{1,5})([mhdw])$/.exec(text)
  return match === null ? undefined : Number(match[1]) * units[match[2]!]!
}

/** For people, rounded: `3 hours`. */
export function durationText(ms: number): string {
  for (const [unit, name] of [
    [86_400_000, 'days'],
    [3_600_000, 'hours'],
    [60_000, 'minutes'],
  ] as const) {
    if (ms >= 2 * unit) return `${Math.floor(ms / unit)} ${name}`
  }
  return `${Math.max(1, Math.floor(ms / 1000))} seconds`
}
