import type { Field } from '@kith/core/network/schema.ts'
import { list } from '@kith/core/network/schema.ts'

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const minutesPerDay = 24 * 60

/** Hours of some days of the week; `until` below `from` reaches into the next day. Minutes after midnight. */
export interface Window {
  /** 0 is Sunday. */
  readonly days: ReadonlySet<number>
  readonly from: number
  readonly until: number
}

/** Reads `mon-fri 08:00-17:30`, `sat,sun 10:00-12:00`, `22:00-06:00`; undefined for anything else. */
export function parseWindow(text: string): Window | undefined {
  const match = /^(?:([a-z,-]+)\s+)?(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/.exec(text.trim().toLowerCase())
  if (match === null) return undefined
  const [, names, fromHour, fromMinute, untilHour, untilMinute] = match
  const found = names === undefined ? new Set(days.keys()) : parseDays(names)
  const from = minuteOf(fromHour, fromMinute)
  const until = minuteOf(untilHour, untilMinute)
  if (found === undefined || from === undefined || until === undefined || from === until) return undefined
  return { days: found, from, until }
}

function parseDays(text: string): ReadonlySet<number> | undefined {
  const found = new Set<number>()
  for (const part of text.split(',')) {
    const ends = part.split('-').map((name) => (days as readonly string[]).indexOf(name))
    const [first = -1, last = first] = ends
    if (ends.length > 2 || first < 0 || last < 0) return undefined
    for (let day = first; ; day = (day + 1) % days.length) {
      found.add(day)
      if (day === last) break
    }
  }
  return found
}

function minuteOf(hour: string | undefined, minute: string | undefined): number | undefined {
  const found = Number(hour) * 60 + Number(minute)
  return Number(minute) < 60 && found <= minutesPerDay ? found : undefined
}

/** Whether a moment (day of the week, minutes after midnight, both in the user's time zone) is inside. */
export function isInside(window: Window, day: number, minute: number): boolean {
  const { from, until } = window
  if (from < until) return window.days.has(day) && minute >= from && minute < until
  return (window.days.has(day) && minute >= from) || (window.days.has((day + 6) % 7) && minute < until)
}

/** A list of windows as a setting. */
export function schedule(options: {
  readonly default: readonly string[]
  readonly description: string
}): Field<readonly string[]> {
  const texts = list(options)
  return {
    ...texts,
    parse(input) {
      const parsed = texts.parse(input)
      const wrong = parsed.ok ? parsed.value.find((text) => parseWindow(text) === undefined) : undefined
      return wrong === undefined
        ? parsed
        : { ok: false, problem: `“${wrong}” is not of the form “mon-fri 08:00-17:30”` }
    },
  }
}
