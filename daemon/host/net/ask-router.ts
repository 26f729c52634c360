import { fail } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { DatagramOptions, Datagrams, Endpoint } from '@kith/core/network/net.ts'
import { attempt } from '@kith/wire/fault.ts'

export interface RouterWorld {
  readonly clock: Clock
  datagrams(options: DatagramOptions): Promise<Datagrams>
}

export interface RouterQuestion<Answer> {
  readonly to: Endpoint
  readonly bytes: Uint8Array
  /** The address of ours that it has to come from; any without it. */
  readonly from?: string
  /** Again after so many milliseconds, doubled each time. */
  readonly againMs: number
  readonly tries: number
  /** Undefined for an answer to another question. @throws FaultError `peer` for what is none: it is passed over */
  read(bytes: Uint8Array): Answer | undefined
}

/** Asks a router by datagrams, several times if need be. @throws FaultError `unavailable` `net/no-router` */
export async function askRouter<Answer>(
  { clock, datagrams }: RouterWorld,
  { to, bytes, from, againMs, tries, read }: RouterQuestion<Answer>,
  signal: AbortSignal,
): Promise<Answer> {
  signal.throwIfAborted()
  const answered = Promise.withResolvers<Answer>()
  await using socket = await datagrams({
    ...(from === undefined ? { family: to.host.includes(':') ? 6 : 4 } : { host: from }),
    receive: ({ host }, answer) => {
      if (host !== to.host) return
      const known = attempt(() => read(answer))
      if (known.ok && known.value !== undefined) answered.resolve(known.value)
    },
  })
  const abort = (): void => answered.reject(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  let timer: Disposable | undefined
  const send = (left: number, ms: number): void => {
    if (left === 0) return answered.reject(noRouter())
    socket.send(to, bytes)
    timer = clock.after(ms, () => send(left - 1, ms * 2))
  }
  send(tries, againMs)
  try {
    return await answered.promise
  } finally {
    timer?.[Symbol.dispose]()
    signal.removeEventListener('abort', abort)
  }
}

export function noRouter(): Error {
  return fail('unavailable', 'net/no-router', 'No router here opens ports when it is asked', {
    hint: 'Switch on PCP, UPnP or NAT-PMP in the router, or forward the port there by hand.',
  })
}

/** @param retryAt when the router may say something else, where it says so */
export function refusal(reason: string, retryAt?: number): Error {
  return fail('unavailable', 'net/not-mapped', `The router does not open the port: ${reason}`, {
    hint: 'Forward the port in the router by hand.',
    ...(retryAt === undefined ? {} : { retryAt }),
  })
}
