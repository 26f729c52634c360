import { faultOf } from '@kith/core/fault/fault.ts'
import { parseHours } from '@kith/core/limits/schedule.ts'
import type { Field } from '@kith/core/network/schema.ts'
import { list } from '@kith/core/network/schema.ts'

/** A list of hours of the week as a setting. */
export function schedule(options: {
  readonly default: readonly string[]
  readonly description: string
}): Field<readonly string[]> {
  const texts = list(options)
  return {
    ...texts,
    parse(input) {
      const parsed = texts.parse(input)
      if (!parsed.ok) return parsed
      try {
        for (const text of parsed.value) parseHours(text)
        return parsed
      } catch (error) {
        const { message, hint } = faultOf(error)
        return { ok: false, problem: hint === undefined ? message : `${message}. ${hint}` }
      }
    },
  }
}
