import { broken } from '@kith/wire/fault.ts'

/** One question asks for some MiB; this many parts of it are as many as blocks of that can be scattered in. */
export const MOST_RANGES = 512
/** As long as that many are in writing. */
export const MOST_QUESTION_BYTES: number = MOST_RANGES * 32

export interface AskedRange {
  readonly start: number
  readonly end: number
}

/** Ranges in order, those that follow each other without a gap as one. */
export function joined(ranges: readonly AskedRange[]): readonly AskedRange[] {
  const whole: { start: number; end: number }[] = []
  for (const { start, end } of ranges) {
    const last = whole.at(-1)
    if (last?.end === start) last.end = end
    else whole.push({ start, end })
  }
  return whole
}

/** `0-1024,4096-8192`: starts and ends in bytes, the ends not included. */
export function formatRanges(ranges: readonly AskedRange[]): string {
  return ranges.map(({ start, end }) => `${start}-${end}`).join(',')
}

/** Ranges within `size` bytes, `most` bytes in all. @throws FaultError `peer` `neighbours/ranges` */
export function parseRanges(text: string, size: number, most: number): readonly AskedRange[] {
  const wrong = (): Error => broken('neighbours/ranges', 'A device asks for bytes that there are not')
  const parts = text.split(',', MOST_RANGES + 1)
  if (parts.length > MOST_RANGES) throw wrong()
  let sum = 0
  return parts.map((part) => {
    const [, from, to] = /^(\d{1,15})-(\d{1,15})$/.exec(part) ?? []
    const start = Number(from)
    const end = Number(to)
    sum += end - start
    if (!(start < end && end <= size && sum <= most)) throw wrong()
    return { start, end }
  })
}
