import type { SettingView } from '@kith/api/settings.ts'
import type { Explained } from '../config/config.ts'

/** One setting as the page and the command line show it. */
export function settingView(of: Explained): SettingView {
  const { schema } = of
  return {
    path: `${of.group}.${of.fileName}`,
    group: of.group,
    kind: schema.kind,
    description: schema.description,
    ...(schema.secret === true ? {} : { value: of.value }),
    default: schema.default,
    origin: of.origin,
    locked: of.pinned,
    ...(schema.unit === undefined ? {} : { unit: schema.unit }),
    ...(schema.minimum === undefined ? {} : { minimum: schema.minimum }),
    ...(schema.maximum === undefined ? {} : { maximum: schema.maximum }),
    ...(schema.choices === undefined ? {} : { choices: schema.choices }),
    apply: schema.apply,
    secret: schema.secret ?? false,
    aliases: schema.aliases ?? [],
    variable: of.environmentName,
  }
}
