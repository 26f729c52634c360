import type { SettingView } from '@kith/api/settings.ts'

/** Settings in which every word occurs somewhere: in the name, the description, a value or a word of other programs. */
export function found(settings: readonly SettingView[], filter: string): readonly SettingView[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  return settings.filter((setting) => {
    const { path, description, aliases, choices, variable } = setting
    const text = [path, fieldTitle(path), description, variable, ...aliases, ...(choices ?? [])]
      .join('\n')
      .toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** `Device name` of `general.deviceName` or `general.device-name`. */
export function fieldTitle(path: string): string {
  const words = path
    .slice(path.indexOf('.') + 1)
    .replace(/[-_.]/g, ' ')
    .replace(/([a-z0-9])([A-Z])/g, (_whole, before: string, after: string) => `${before} ${after.toLowerCase()}`)
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}

/** A value as people read it. */
export function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** Settings by group, in the order they came. */
export function byGroup(settings: readonly SettingView[]): ReadonlyMap<string, readonly SettingView[]> {
  return Map.groupBy(settings, ({ group }) => group)
}
