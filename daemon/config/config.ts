import type { Fault, FaultError } from '@kith/core/fault/fault.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Field, Schema } from '@kith/core/network/schema.ts'
import type { Value, WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import type { SettingStore } from '../host/database/settings.ts'
import { readEnvironment, readFlags } from './environment.ts'
import { readFileLayer } from './file.ts'
import type { Group, Layer, Origin } from './layer.ts'
import { fieldOf, fieldsOf, give, problem } from './layer.ts'
import { environmentName, fileName, nearest, plainName } from './names.ts'

export interface ConfigSources {
  readonly groups: readonly Group[]
  readonly store: SettingStore
  /** Text of `config.toml`; undefined without one. Asked again by `reload`. */
  readonly file: () => string | undefined
  /** What the file is called in messages. */
  readonly fileLabel: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Text of a file that the environment names. */
  readonly readText: (path: string) => string
  /** `group.field` → text. */
  readonly flags?: Iterable<readonly [string, string]>
}

/** All that there is to say of one setting. */
export interface Explained {
  readonly group: string
  readonly field: string
  /** Its name in the file and in the environment. */
  readonly fileName: string
  readonly environmentName: string
  readonly schema: Field
  readonly value: unknown
  readonly origin: Origin
  /** Where exactly: `config.toml, line 3`; undefined for the default and for the page. */
  readonly where: string | undefined
  /** The page cannot change it: something that counts more gives the value. */
  readonly pinned: boolean
}

const above: readonly Origin[] = ['file', 'environment', 'flag']

/**
 * The settings, each from the layer that counts most: default, made in the page, `config.toml` (which is never
 * written), environment, flags.
 */
export class Config {
  readonly #sources: ConfigSources
  readonly #groups: ReadonlyMap<string, Group>
  readonly #layers: Record<Exclude<Origin, 'default'>, Layer>
  readonly #values = new Map<string, WritableValue<unknown>>()
  readonly #problems: WritableValue<readonly Fault[]> = value<readonly Fault[]>([])
  readonly #fixed: readonly Fault[]

  constructor(sources: ConfigSources) {
    this.#sources = sources
    this.#groups = new Map(sources.groups.map((group) => [group.name, group]))
    const environment = readEnvironment(sources.env, sources.groups, sources.readText)
    const flags = readFlags(sources.flags ?? [], sources.groups)
    this.#layers = { page: new Map(), file: new Map(), environment: environment.layer, flag: flags.layer }
    this.#fixed = [...environment.problems, ...flags.problems]
    this.reload()
    for (const name of this.#groups.keys()) this.#values.set(name, value<unknown>(this.#valuesOf(name)))
  }

  get groups(): Iterable<Group> {
    return this.#groups.values()
  }

  /** What is wrong in the file, the environment and the flags; the rest counts nevertheless. */
  get problems(): Value<readonly Fault[]> {
    return this.#problems
  }

  /** The settings of a group, and their changes. */
  of<Settings>(name: string, _schema: Schema<Settings>): Value<Settings> {
    return this.#values.get(name) as Value<Settings>
  }

  /** One setting, those of a group, or all.
   * @throws FaultError `config/unknown-key` */
  explain(group?: string, field?: string): readonly Explained[] {
    if (group !== undefined && field !== undefined) return [this.#explain(...this.#find(group, field))]
    const groups = group === undefined ? [...this.#groups.values()] : [this.#group(group)]
    return groups.flatMap((one) => Object.keys(fieldsOf(one)).map((name) => this.#explain(one, name)))
  }

  /** Makes a value in the page's layer.
   * @throws FaultError `config/unknown-key`, `config/value`, `config/pinned` */
  set(groupName: string, fieldName: string, input: unknown): Explained {
    const [group, name] = this.#changeable(groupName, fieldName)
    const parsed = fieldsOf(group)[name]!.parse(input)
    if (!parsed.ok) throw fail('input', 'config/value', `${group.name}.${name} ${parsed.problem}`)
    this.#sources.store.set(group.name, name, parsed.value)
    give(this.#layers.page, group.name, name, { value: parsed.value, where: 'the page' })
    this.#tell(group.name)
    return this.#explain(group, name)
  }

  /** Takes the page's value back, so that the default counts again.
   * @throws FaultError `config/unknown-key`, `config/pinned` */
  unset(groupName: string, fieldName: string): Explained {
    const [group, name] = this.#changeable(groupName, fieldName)
    this.#sources.store.unset(group.name, name)
    this.#layers.page.get(group.name)?.delete(name)
    this.#tell(group.name)
    return this.#explain(group, name)
  }

  /** Reads the file and the page's values again. A file that became unreadable leaves the former values. */
  reload(): void {
    const problems: Fault[] = [...this.#fixed]
    this.#layers.page = this.#readPage()
    try {
      const text = this.#sources.file()
      const read = readFileLayer(text ?? '', this.#sources.fileLabel, this.#sources.groups)
      problems.push(...read.problems)
      this.#layers.file = read.layer ?? this.#layers.file
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      problems.push(problem('file', `${this.#sources.fileLabel} cannot be read (${why})`))
    }
    this.#problems.set(problems)
    for (const name of this.#values.keys()) this.#tell(name)
  }

  /** What an older version stored and this one does not know or take is left out. */
  #readPage(): Layer {
    const layer: Layer = new Map()
    for (const [groupName, fields] of this.#sources.store.load()) {
      const group = this.#groups.get(groupName)
      if (group === undefined) continue
      for (const [name, stored] of fields) {
        const parsed = fieldOf(group, name)?.parse(stored)
        if (parsed?.ok === true) give(layer, groupName, name, { value: parsed.value, where: 'the page' })
      }
    }
    return layer
  }

  #tell(name: string): void {
    const of = this.#values.get(name)
    if (of === undefined) return
    const next = this.#valuesOf(name)
    if (JSON.stringify(next) !== JSON.stringify(of.current)) of.set(next)
  }

  #valuesOf(name: string): Readonly<Record<string, unknown>> {
    const group = this.#groups.get(name)!
    return Object.fromEntries(Object.keys(fieldsOf(group)).map((field) => [field, this.#explain(group, field).value]))
  }

  #explain(group: Group, name: string): Explained {
    const schema = fieldsOf(group)[name]!
    let found: Pick<Explained, 'value' | 'origin' | 'where'> = {
      value: schema.default,
      origin: 'default',
      where: undefined,
    }
    for (const origin of ['page', ...above] as const) {
      const given = this.#layers[origin as Exclude<Origin, 'default'>].get(group.name)?.get(name)
      if (given === undefined) continue
      found = { value: given.value, origin, where: origin === 'page' ? undefined : given.where }
    }
    return {
      group: group.name,
      field: name,
      fileName: fileName(name),
      environmentName: environmentName(group.name, name),
      schema,
      ...found,
      pinned: above.includes(found.origin),
    }
  }

  #group(name: string): Group {
    const group =
      this.#groups.get(name) ?? [...this.#groups.values()].find((one) => plainName(one.name) === plainName(name))
    if (group === undefined) throw unknown(name, nearest(name, this.#groups.keys()))
    return group
  }

  #find(groupName: string, fieldName: string): [Group, string] {
    const group = this.#group(groupName)
    const names = Object.keys(fieldsOf(group))
    const name = names.find((one) => plainName(one) === plainName(fieldName))
    if (name === undefined) {
      const near = nearest(fieldName, names.map(fileName))
      throw unknown(`${groupName}.${fieldName}`, near && `${group.name}.${near}`)
    }
    return [group, name]
  }

  #changeable(groupName: string, fieldName: string): [Group, string] {
    const [group, name] = this.#find(groupName, fieldName)
    const { pinned, where } = this.#explain(group, name)
    if (!pinned) return [group, name]
    throw fail(
      'input',
      'config/pinned',
      `${group.name}.${fileName(name)} is set by ${where} and cannot be changed here`,
      {
        doing: 'change a setting',
        hint: 'Change it there, or take it out there.',
      },
    )
  }
}

function unknown(name: string, near: string | undefined): FaultError {
  const hint = near === undefined ? {} : { hint: `Did you mean ${near}?` }
  return fail('input', 'config/unknown-key', `There is no setting ${name}`, hint)
}
