const language = 'en'
const sizes = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const

function inUnit(value: number, suffix: '' | '-per-second'): string {
  const magnitude = value < 1000 ? 0 : Math.min(sizes.length - 1, Math.floor(Math.log10(value) / 3))
  const scaled = value / 1000 ** magnitude
  // 999.96 kB would be written as 1,000 kB.
  const carried = scaled >= 999.5 && magnitude > 0 && magnitude < sizes.length - 1
  const index = carried ? magnitude + 1 : magnitude
  const shown = value / 1000 ** index
  const unit = sizes[index]!
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: `${unit}${suffix}`,
    unitDisplay: index === 0 && suffix === '' ? 'long' : 'short',
    maximumFractionDigits: index === 0 || shown >= 100 ? 0 : shown >= 10 ? 1 : 2,
  }).format(shown)
}

/** `1.5 GB`; nothing for what is unknown. */
export function size(bytes: number | undefined): string {
  return bytes === undefined ? '' : inUnit(bytes, '')
}

/** `3.2 MB/s`; nothing below one byte a second. */
export function rate(bytesPerSecond: number | undefined): string {
  return bytesPerSecond === undefined || bytesPerSecond < 1 ? '' : inUnit(bytesPerSecond, '-per-second')
}

/** `0 byte/s` too, where a blank would look broken. */
export function fullRate(bytesPerSecond: number): string {
  return inUnit(Math.max(0, bytesPerSecond), '-per-second')
}

/** `42.1%`; never 100 % before all is there. */
export function percent(share: number): string {
  const floor = share < 1 ? Math.floor(share * 1000) / 1000 : 1
  return new Intl.NumberFormat(language, {
    style: 'percent',
    maximumFractionDigits: floor > 0 && floor < 1 ? 1 : 0,
  }).format(floor)
}

/** `1.53`; nothing for none. */
export function ratio(value: number): string {
  return value < 0.005
    ? ''
    : new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value)
}

export function count(value: number): string {
  return new Intl.NumberFormat(language).format(value)
}

/** `2 hr, 5 min`: the two largest units; nothing for what is unknown. */
export function duration(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return ''
  const left = Math.max(0, Math.round(seconds))
  const parts: [number, string][] = [
    [Math.floor(left / 86_400), 'day'],
    [Math.floor((left % 86_400) / 3600), 'hour'],
    [Math.floor((left % 3600) / 60), 'minute'],
    [left % 60, 'second'],
  ]
  const first = parts.findIndex(([amount]) => amount > 0)
  if (first < 0) return unit(0, 'second')
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, name]) => unit(amount, name))
    .join(' ')
}

function unit(amount: number, name: string): string {
  return new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'narrow' }).format(amount)
}

/** `10 minutes`, `7 days`: a whole number of the largest unit. */
export function wholeDuration(seconds: number): string {
  const name = seconds >= 86_400 ? 'day' : seconds >= 3600 ? 'hour' : 'minute'
  const length = { day: 86_400, hour: 3600, minute: 60 }[name]
  const words = new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'long' })
  return words.format(Math.round(seconds / length))
}

/** `3 minutes ago`, from milliseconds since the epoch. */
export function ago(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000)
  const steps: [number, Intl.RelativeTimeFormatUnit][] = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ]
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  for (const [length, name] of steps)
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), name)
  return words.format(seconds, 'second')
}

/** Day and time of day, in the place of the reader. */
export function moment(at: number): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(at)
}

/** The day, in the place of the reader. */
export function dayOf(at: number): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'full' }).format(at)
}

/** `14:05`, in the place of the reader. */
export function timeOfDay(at: number): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'short', hourCycle: 'h23' }).format(at)
}

/** Time of day to the second. */
export function clockTime(at: number): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'medium', hourCycle: 'h23' }).format(at)
}
