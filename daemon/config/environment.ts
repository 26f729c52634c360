import type { Fault } from '@kith/core/fault/fault.ts'
import type { Group, Layer, Read } from './layer.ts'
import { fieldOf, fieldsOf, parseInto, problem } from './layer.ts'
import { environmentName, nearest, plainName } from './names.ts'

const prefix = 'KITH_'
/** Variables of ours that are no settings. */
const others = new Set(['KITH_HOME', 'KITH_HOST', 'KITH_TOKEN', 'KITH_QUIET'])

/**
 * The layer of the environment: `KITH_<GROUP>_<FIELD>`, or the same with `_FILE` for a file that holds the value,
 * which is how containers hand over secrets. A variable of ours that means nothing is told.
 *
 * @param readText gives the text of a file, or throws
 */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  groups: readonly Group[],
  readText: (path: string) => string,
): Read {
  const layer: Layer = new Map()
  const problems: Fault[] = []
  const known = new Set<string>()
  for (const group of groups) {
    for (const [name, field] of Object.entries(fieldsOf(group))) {
      const variable = environmentName(group.name, name)
      known.add(variable)
      known.add(`${variable}_FILE`)
      const direct = env[variable]
      const path = env[`${variable}_FILE`]
      if (direct !== undefined) add(parseInto(layer, group, name, field, direct, variable))
      else if (path !== undefined && path !== '') {
        try {
          // Editors end files with a line end that is no part of a secret.
          const text = readText(path).replace(/\r?\n$/, '')
          add(parseInto(layer, group, name, field, text, `${variable}_FILE`))
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error)
          add(problem('secret-file', `${variable}_FILE: ${path} cannot be read (${why})`))
        }
      }
    }
  }
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith(prefix) || known.has(variable) || others.has(variable)) continue
    const near = nearest(variable, known)
    const hint = near === undefined ? undefined : `Did you mean ${near}?`
    add(problem('unknown-key', `the environment: there is no setting ${variable}`, hint))
  }
  return { layer, problems }

  function add(wrong: Fault | undefined): void {
    if (wrong !== undefined) problems.push(wrong)
  }
}

/** The layer of the command line: `group.field` → text. */
export function readFlags(flags: Iterable<readonly [string, string]>, groups: readonly Group[]): Read {
  const layer: Layer = new Map()
  const problems: Fault[] = []
  const byName = new Map(groups.map((group) => [group.name, group]))
  for (const [path, input] of flags) {
    const [groupName = '', fieldName = ''] = path.split('.')
    const group = byName.get(groupName)
    const name = group && Object.keys(fieldsOf(group)).find((one) => plainName(one) === plainName(fieldName))
    const field = group && name !== undefined ? fieldOf(group, name) : undefined
    if (group === undefined || name === undefined || field === undefined) {
      problems.push(problem('unknown-key', `the command line: there is no setting ${path}`))
      continue
    }
    const wrong = parseInto(layer, group, name, field, input, 'the command line')
    if (wrong !== undefined) problems.push(wrong)
  }
  return { layer, problems }
}
