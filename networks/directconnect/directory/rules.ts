import type { Settings } from '../settings.ts'
import { numberIn } from '../wire/adc-search.ts'

/** Why somebody may not be here with what they say of themselves; undefined when they may. */
export function ruleProblem(fields: ReadonlyMap<string, string>, settings: Settings): string | undefined {
  const number = (name: string): number => numberIn(fields.get(name)) ?? 0
  const { directoryMinimumShare, directoryMinimumSlots, directoryMaximumHubs } = settings
  if (number('SS') < directoryMinimumShare * 1024 * 1024)
    return `Share at least ${directoryMinimumShare} MiB to be here`
  if (number('SL') < directoryMinimumSlots) return `Open at least ${directoryMinimumSlots} upload slots to be here`
  const hubs = number('HN') + number('HR') + number('HO')
  if (directoryMaximumHubs > 0 && hubs > directoryMaximumHubs)
    return `Be on at most ${directoryMaximumHubs} hubs to be here`
  return undefined
}
