import type { Fault } from '@kith/core/fault/fault.ts'
import type { Field, Schema } from '@kith/core/network/schema.ts'

/** Where a value comes from; each counts more than those before it. */
export type Origin = 'default' | 'page' | 'file' | 'environment' | 'flag'

/** Settings that belong together: a table of the file, a page of the settings, the first word of a name. */
export interface Group {
  /** One word in lower case: `speed`, `bittorrent`. */
  readonly name: string
  readonly title: string
  readonly schema: Schema<unknown>
}

/** A value that a layer gives a field. */
export interface Given {
  readonly value: unknown
  /** For people: `config.toml, line 3`, `KITH_SPEED_DOWN`. */
  readonly where: string
}

/** Group, then field. */
export type Layer = Map<string, Map<string, Given>>

export interface Read {
  readonly layer: Layer
  /** What was wrong, each a fault `config/…`; the layer holds the rest. */
  readonly problems: readonly Fault[]
}

export function fieldsOf(group: Group): Readonly<Record<string, Field>> {
  return group.schema.fields
}

export function fieldOf(group: Group, name: string): Field | undefined {
  return Object.hasOwn(group.schema.fields, name) ? fieldsOf(group)[name] : undefined
}

export function give(layer: Layer, group: string, field: string, given: Given): void {
  const fields = layer.get(group) ?? new Map<string, Given>()
  layer.set(group, fields.set(field, given))
}

export function problem(code: string, message: string, hint?: string): Fault {
  return {
    kind: 'input',
    code: `config/${code}`,
    message,
    doing: 'read the configuration',
    ...(hint === undefined ? {} : { hint }),
  }
}

/** Parses a value into the layer, or tells what is wrong with it. */
export function parseInto(
  layer: Layer,
  group: Group,
  name: string,
  field: Field,
  input: unknown,
  where: string,
): Fault | undefined {
  const parsed = field.parse(input)
  if (!parsed.ok) return problem('value', `${where}: ${group.name}.${name} ${parsed.problem}`)
  give(layer, group.name, name, { value: parsed.value, where })
  return undefined
}
