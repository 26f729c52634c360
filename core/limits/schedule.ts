import { fail } from '../fault/fault.ts'
import type { Rates } from './budget.ts'

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const DAY_MINUTES = 24 * 60

/** A time of the week where the user lives. */
export interface Moment {
  /** 0 is Sunday. */
  readonly day: number
  /** Since midnight. */
  readonly minute: number
}

/** Some hours of some days. One that ends before it begins runs past midnight into the next day. */
export interface Hours {
  /** 0 is Sunday. */
  readonly days: readonly number[]
  /** Minutes since midnight; the same twice is the whole day. */
  readonly from: number
  /** Minutes since midnight, at most 1,440; no longer within. */
  readonly to: number
}

/** Rates that hold instead of the usual ones. */
export interface Alternative {
  readonly hours: Hours
  readonly rates: Rates
}

/** `offsetMinutes` is what local time is ahead of UTC. */
export function momentAt(now: number, offsetMinutes: number): Moment {
  const minutes = Math.floor(now / 60_000) + offsetMinutes
  // 1 January 1970 was a Thursday.
  const day = (((Math.floor(minutes / DAY_MINUTES) + 4) % 7) + 7) % 7
  return { day, minute: ((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES }
}

export function within(hours: Hours, moment: Moment): boolean {
  const { days, from, to } = hours
  const { day, minute } = moment
  if (from === to) return days.includes(day)
  if (from < to) return days.includes(day) && minute >= from && minute < to
  return (days.includes(day) && minute >= from) || (days.includes((day + 6) % 7) && minute < to)
}

/** The first alternative whose hours hold, else the usual rates. */
export function ratesAt(usual: Rates, alternatives: readonly Alternative[], moment: Moment): Rates {
  return alternatives.find((each) => within(each.hours, moment))?.rates ?? usual
}

/**
 * Reads `08:00-18:00`, `mon-fri 08:00-18:00`, `sat,sun 00:00-24:00`; without days it is every day.
 * @throws FaultError `input` `limits/hours`
 */
export function parseHours(text: string): Hours {
  const match = /^(?:([a-z,-]+)\s+)?(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/.exec(text.trim().toLowerCase())
  if (match === null) throw wrong(text)
  const [, dayText, fromHour, fromMinute, toHour, toMinute] = match
  const from = minutes(fromHour, fromMinute)
  const to = minutes(toHour, toMinute)
  const days = dayText === undefined ? DAYS.map((_, day) => day) : parseDays(dayText)
  if (from === undefined || from === DAY_MINUTES || to === undefined || days === undefined) throw wrong(text)
  return { days, from, to }
}

/** What `parseHours` reads. */
export function hoursText(hours: Hours): string {
  const time = (at: number): string =>
    `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`
  const days = hours.days.length === DAYS.length ? '' : `${hours.days.map((day) => DAYS[day]).join(',')} `
  return `${days}${time(hours.from)}-${time(hours.to)}`
}

function minutes(hour: string | undefined, minute: string | undefined): number | undefined {
  const at = Number(hour) * 60 + Number(minute)
  return Number(minute) > 59 || at > DAY_MINUTES ? undefined : at
}

function parseDays(text: string): readonly number[] | undefined {
  const days = new Set<number>()
  for (const part of text.split(',')) {
    const ends = part.split('-').map((name) => DAYS.findIndex((day) => day === name))
    const [first = -1, last = first] = ends
    if (ends.length > 2 || first < 0 || last < 0) return undefined
    for (let day = first; ; day = (day + 1) % 7) {
      days.add(day)
      if (day === last) break
    }
  }
  return [...days].sort((a, b) => a - b)
}

function wrong(text: string): Error {
  return fail('input', 'limits/hours', `“${text.slice(0, 80)}” is not a time of the week`, {
    hint: 'Write it like mon-fri 08:00-18:00',
  })
}
