/**
 * Settings describe themselves: from one schema come the configuration file, the environment's names, the settings
 * page and `kith config` (design 9). `parse` never throws: what is wrong is told with the path of the field.
 */
export type FieldKind = 'flag' | 'integer' | 'text' | 'choice' | 'list'

export interface Field<T = unknown> {
  readonly kind: FieldKind
  readonly default: T
  readonly description: string
  readonly unit?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly choices?: readonly string[]
  /** Whether a change works at once or needs the network to be joined again. */
  readonly apply: 'live' | 'restart'
  readonly secret?: boolean
  /** Words that people from other programs look for. */
  readonly aliases?: readonly string[]
  /** The value, or a sentence that says what is wrong with it. */
  parse(input: unknown): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string }
}

export type Fields<Settings> = { readonly [Key in keyof Settings]: Field<Settings[Key]> }

export interface Schema<Settings> {
  readonly fields: Fields<Settings>
}

type Options<T> = {
  readonly default: T
  readonly description: string
  readonly unit?: string
  readonly apply?: 'live' | 'restart'
  readonly secret?: boolean
  readonly aliases?: readonly string[]
}

export function schema<Settings>(fields: Fields<Settings>): Schema<Settings> {
  return { fields }
}

export function defaults<Settings>(of: Schema<Settings>): Settings {
  const out: Record<string, unknown> = {}
  for (const [key, field] of Object.entries<Field>(of.fields as Record<string, Field>)) out[key] = field.default
  return out as Settings
}

export function flag(options: Options<boolean>): Field<boolean> {
  return {
    ...base(options),
    kind: 'flag',
    parse(input) {
      if (typeof input === 'boolean') return { ok: true, value: input }
      if (input === 'true' || input === 'on' || input === 'yes' || input === '1') return { ok: true, value: true }
      if (input === 'false' || input === 'off' || input === 'no' || input === '0') return { ok: true, value: false }
      return { ok: false, problem: 'has to be true or false' }
    },
  }
}

export function integer(options: Options<number> & { minimum?: number; maximum?: number }): Field<number> {
  const minimum = options.minimum ?? 0
  const maximum = options.maximum ?? Number.MAX_SAFE_INTEGER
  return {
    ...base(options),
    kind: 'integer',
    minimum,
    maximum,
    parse(input) {
      const number = typeof input === 'string' && /^-?\d+$/.test(input) ? Number(input) : input
      if (typeof number !== 'number' || !Number.isSafeInteger(number))
        return { ok: false, problem: 'has to be a whole number' }
      if (number < minimum || number > maximum)
        return { ok: false, problem: `has to be between ${minimum} and ${maximum}` }
      return { ok: true, value: number }
    },
  }
}

export function text(options: Options<string> & { maximum?: number }): Field<string> {
  const maximum = options.maximum ?? 1024
  return {
    ...base(options),
    kind: 'text',
    maximum,
    parse(input) {
      if (typeof input !== 'string') return { ok: false, problem: 'has to be text' }
      if (input.length > maximum) return { ok: false, problem: `has to be at most ${maximum} characters long` }
      return { ok: true, value: input }
    },
  }
}

export function choice<Choice extends string>(
  options: Options<Choice> & { choices: readonly Choice[] },
): Field<Choice> {
  return {
    ...base(options),
    kind: 'choice',
    choices: options.choices,
    parse(input) {
      if (typeof input === 'string' && (options.choices as readonly string[]).includes(input)) {
        return { ok: true, value: input as Choice }
      }
      return { ok: false, problem: `has to be one of ${options.choices.join(', ')}` }
    },
  }
}

/** Texts; in the environment and on the command line separated by commas. */
export function list(options: Options<readonly string[]>): Field<readonly string[]> {
  return {
    ...base(options),
    kind: 'list',
    parse(input) {
      const items =
        typeof input === 'string'
          ? input
              .split(',')
              .map((item) => item.trim())
              .filter(Boolean)
          : input
      if (!Array.isArray(items) || !items.every((item) => typeof item === 'string')) {
        return { ok: false, problem: 'has to be a list of texts' }
      }
      return { ok: true, value: items }
    },
  }
}

function base<T>(options: Options<T>): Omit<Field<T>, 'kind' | 'parse'> {
  return {
    default: options.default,
    description: options.description,
    apply: options.apply ?? 'live',
    ...(options.unit === undefined ? {} : { unit: options.unit }),
    ...(options.secret === undefined ? {} : { secret: options.secret }),
    ...(options.aliases === undefined ? {} : { aliases: options.aliases }),
  }
}
