import { choose } from '@kith/api/choose.ts'
import type { Client } from '@kith/api/client.ts'
import type { DeliveryView } from '@kith/api/deliveries.ts'
import type { DeviceView } from '@kith/api/near.ts'
import type { Context } from '../context.ts'
import { FailedError, failure } from '../exit.ts'
import { sizeText } from '../format.ts'

const POLL_MS = 250

/** The device of LocalSend that is meant; undefined where it is another device, or none. */
export function localSendDevice(all: readonly DeviceView[], text: string): DeviceView | undefined {
  const [found, ...more] = choose(all, text, ({ id, name }) => [id, name])
  return more.length === 0 && found?.kind === 'localsend' ? found : undefined
}

/** Sends, and tells how far it is, until it is over; Ctrl+C ends it. @throws FailedError */
export async function deliver(
  context: Context,
  path: string,
  device: DeviceView,
  pin: string | undefined,
): Promise<void> {
  const body = { path, to: device.id, ...(pin === undefined ? {} : { pin }) }
  const made = await context.kith.call('deliver', { body })
  await follow(context, made.id, ({ size }) => `${sizeText(size)} sent to ${device.name}`)
}

/** Agrees to what a device wants to send, and waits until it is here. @throws FailedError */
export async function takeDelivery(context: Context, id: string): Promise<void> {
  await context.kith.call('answerDelivery', { params: { id }, body: { yes: true } })
  await follow(context, id, ({ paths }) => paths.join('\n'))
}

/** What a device of LocalSend wants to send here. */
export async function waitingDeliveries(kith: Client): Promise<readonly DeliveryView[]> {
  return (await kith.call('deliveries')).filter(({ way, state }) => way === 'in' && state === 'waiting')
}

async function follow(
  { kith, out, signal }: Pick<Context, 'kith' | 'out' | 'signal'>,
  id: string,
  done: (one: DeliveryView) => string,
): Promise<void> {
  for (;;) {
    if (signal.aborted) return kith.call('cancelDelivery', { params: { id } })
    const now = (await kith.call('deliveries')).find((one) => one.id.startsWith(id))
    if (now === undefined) throw new FailedError('It is not known any more')
    if (now.state === 'done') return out.item(now, done)
    if (now.state !== 'waiting' && now.state !== 'going') {
      throw failure(now.fault, `It was ${now.state}`)
    }
    if (out.terminal) {
      const waits = now.way === 'out' ? `Waiting for the yes of ${now.device.name}` : 'Waiting'
      out.redraw([now.state === 'waiting' ? waits : `${sizeText(now.done)} of ${sizeText(now.size)}`])
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}
