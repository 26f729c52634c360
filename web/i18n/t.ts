import english from './en.json' with { type: 'json' }

type Entry = keyof typeof english
/** Keys that count end in `.one` and `.other` in the file and are asked for without it. */
type Stem<Key extends string> = Key extends `${infer Base}.one` | `${infer Base}.other` ? Base : Key
export type TextKey = Stem<Entry>
type Values = Readonly<Record<string, string | number>>

const language = 'en'
const plurals = new Intl.PluralRules(language)
const numbers = new Intl.NumberFormat(language)
const texts: Readonly<Record<string, string>> = english

/** The text of a key; `{name}` in it is replaced, and `count` chooses between the forms of a plural. */
export function t(key: TextKey, values: Values = {}): string {
  const text = texts[key] ?? texts[`${key}.${form(values['count'])}`] ?? texts[`${key}.other`] ?? key
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    return value === undefined ? whole : typeof value === 'number' ? numbers.format(value) : value
  })
}

function form(count: string | number | undefined): string {
  return typeof count === 'number' ? plurals.select(count) : 'other'
}

/** Whether there is a text for a key that came from the daemon. */
export function hasText(key: string): key is TextKey {
  return Object.hasOwn(texts, key) || Object.hasOwn(texts, `${key}.other`)
}
