import { choose } from '@kith/api/choose.ts'
import { fail } from '@kith/core/fault/fault.ts'

/** What a fault lists, and how much of an id: enough to say it anew. */
const mostChoices = 6
const shownDigits = 12

/**
 * By its id, by another of its names, or by an unambiguous beginning of one, as {@link choose} says.
 *
 * @param names the id first
 * @param sooner who is meant where more than one could be, if only one of them is such
 * @throws FaultError `input` with what there is to choose from
 */
export function named<T>(
  all: readonly T[],
  text: string,
  names: (of: T) => readonly [string, ...string[]],
  code: string,
  what: string,
  sooner: (one: T) => boolean = () => true,
): T {
  const found = choose(all, text, names)
  const [first, ...more] = found.length > 1 && found.some(sooner) ? found.filter(sooner) : found
  const said = text.slice(0, 80)
  if (first === undefined) throw fail('input', code, `There is no ${what} “${said}”`)
  if (more.length === 0) return first
  const choices = [first, ...more].slice(0, mostChoices).map((one) => choiceOf(names(one)))
  throw fail('input', 'name/ambiguous', `There is more than one ${what} “${said}”`, {
    hint: `Say which by the beginning of its id: ${choices.join(', ')}${more.length < mostChoices ? '' : ', and more'}.`,
  })
}

function choiceOf([id, ...others]: readonly string[]): string {
  const begins = id!.slice(0, shownDigits)
  const name = others.at(-1)
  return name === undefined ? begins : `${begins} (${name.slice(0, 60)})`
}
