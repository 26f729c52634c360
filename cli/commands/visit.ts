import { type Client, UnreachableError } from '@kith/api/client.ts'
import type { VisitRequest, VisitView } from '@kith/api/visits.ts'
import { ask } from '../ask.ts'
import type { Context } from '../context.ts'
import { sizeText } from '../format.ts'
import { qrText } from '../qr.ts'

const POLL_MS = 500

export interface PageOptions {
  readonly page?: true
  readonly pin?: string
  readonly localsend?: true
  readonly yes?: true
}

/** Opens a page for people without the app, shows link and QR code, asks about what comes, and closes it at Ctrl+C. */
export async function visit(
  { out, signal, start }: Context,
  path: string | undefined,
  given: PageOptions,
): Promise<void> {
  const kith = await start()
  const body: VisitRequest = {
    ...(path === undefined ? {} : { path }),
    ...(given.pin === undefined ? {} : { pin: given.pin }),
    ...(given.localsend === true ? { localsend: true } : {}),
  }
  const made = await kith.call('openVisit', { body })
  out.item(made, ({ links, pin }) => {
    const code = out.terminal ? qrText(links[0] ?? '', out.columns) : ''
    const secret = pin ? '\nThe PIN is asked for there.' : ''
    return `${code}${links.join('\n')}${secret}\nAnyone on this network who has the link can open it for an hour. Ctrl+C closes it.`
  })
  try {
    await follow(kith, made.id, given.yes === true, { out, signal })
  } finally {
    await kith.call('endVisit', { params: { id: made.id } }).catch(() => {})
  }
}

async function follow(
  kith: Client,
  id: string,
  yes: boolean,
  { out, signal }: Pick<Context, 'out' | 'signal'>,
): Promise<void> {
  const told = new Set<string>()
  while (!signal.aborted) {
    const all = await visitsOf(kith)
    const now = all?.find((one) => one.id === id)
    if (all !== undefined && now === undefined) return
    for (const one of now?.asks ?? []) {
      if (one.state === 'waiting') {
        const agreed = yes || /^y/i.test(await ask(`Take ${one.name} (${sizeText(one.size)}) from ${one.from}? [y/n] `))
        await kith.call('answerVisit', { params: { id, ask: one.id }, body: { yes: agreed } })
      }
      if (one.state === 'done' && !told.has(one.id)) {
        told.add(one.id)
        out.item(one, ({ path, name }) => `${path ?? name} arrived.`)
      }
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

/** Undefined while no daemon answers: the page outlasts its restart. */
async function visitsOf(kith: Client): Promise<readonly VisitView[] | undefined> {
  try {
    return await kith.call('visits')
  } catch (error) {
    if (error instanceof UnreachableError) return undefined
    throw error
  }
}
