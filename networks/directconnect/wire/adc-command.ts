import { named } from './adc-line.ts'
import { numberIn } from './adc-search.ts'
import type { UserCommand } from './user-command.ts'

/** The words of `CMD` (ADC-EXT UCMD); undefined without a name. */
export function readAdcCommand(words: readonly string[]): UserCommand | undefined {
  const [name] = words
  if (name === undefined) return undefined
  const line = { words }
  const bits = numberIn(named(line, 'CT', 1)) ?? 0
  const separator = named(line, 'SP', 1) === '1'
  return {
    kind: named(line, 'RM', 1) === '1' ? 'clear' : separator ? 'separator' : 'send',
    context: { hub: (bits & 1) !== 0, user: (bits & 2) !== 0, search: (bits & 4) !== 0, list: (bits & 8) !== 0 },
    path: name.split('/').filter((part) => part !== ''),
    text: named(line, 'TT', 1) ?? '',
  }
}
