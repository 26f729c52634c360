/** Something that a hub offers in menus: what to send when it is chosen. */
export interface UserCommand {
  /** Levels of a menu, from the top. */
  readonly path: readonly string[]
  readonly context: { readonly hub: boolean; readonly user: boolean; readonly search: boolean; readonly list: boolean }
  readonly kind: 'separator' | 'send' | 'clear'
  /** With parameters such as `%[userNI]`. */
  readonly text: string
}

const parameter = /%\[([^\]]{1,200})\]/g
const question = /^line:(.+)$/s

/** What has to be asked before a command can be sent: the titles of its `%[line:…]`. */
export function questionsOf({ text }: UserCommand): readonly string[] {
  const asked = [...text.matchAll(parameter)].map((match) => question.exec(match[1]!)?.[1])
  return [...new Set(asked.filter((title) => title !== undefined))]
}

/**
 * The text with its parameters filled in (NMDC 5.4, ADC-EXT UCMD), each written by `escape` so that a value stays one.
 * What nobody knows is left empty.
 */
export function fillCommand(
  { text }: UserCommand,
  values: Readonly<Record<string, string>>,
  answers: Readonly<Record<string, string>>,
  escape: (value: string) => string,
): string {
  return text.replace(parameter, (_, name: string) => {
    const title = question.exec(name)?.[1]
    const of = title === undefined ? values : answers
    const key = title ?? name
    return escape(Object.hasOwn(of, key) ? of[key]! : '')
  })
}
