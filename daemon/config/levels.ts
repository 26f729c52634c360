/** Levels of the log, the most talkative first. */
export const levels = ['debug', 'info', 'warn', 'error'] as const

export type Level = (typeof levels)[number]

/** Levels of parts: `edonkey=debug,net=warn`, or one item each. What is no such item is given back in `wrong`. */
export function parseLevels(items: readonly string[]): {
  readonly names: ReadonlyMap<string, Level>
  readonly wrong: readonly string[]
} {
  const names = new Map<string, Level>()
  const wrong: string[] = []
  for (const item of items.flatMap((one) => one.split(','))) {
    const [name = '', level = ''] = item.split('=').map((part) => part.trim())
    if (name !== '' && (levels as readonly string[]).includes(level)) names.set(name, level as Level)
    else if (item.trim() !== '') wrong.push(item.trim())
  }
  return { names, wrong }
}
