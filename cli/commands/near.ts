import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Client } from '@kith/api/client.ts'
import type { DeviceView } from '@kith/api/near.ts'
import type { Publication } from '@kith/api/publications.ts'
import type { Context, Run } from '../context.ts'
import { UsageError, failure } from '../exit.ts'
import { deliver, localSendDevice, takeDelivery, waitingDeliveries } from './delivery.ts'
import { type PageOptions, visit } from './visit.ts'
import { sizeText, table, timeText } from '../format.ts'

const POLL_MS = 250

export function nearCommands(root: Command, run: Run): void {
  const near = root.command('near').description('devices nearby, and what they share')
  near
    .command('ls', { isDefault: true })
    .description('all devices')
    .action(
      run(async ({ kith, out }: Context) => {
        const all = await kith.call('devices')
        out.value(all, (some) => (some.length === 0 ? 'No device is near.' : table(some.map(deviceRow))))
      }),
    )
  near
    .command('meet')
    .description('look who is at an address')
    .argument('<address>', 'a name or an address, and a port')
    .action(
      run(async ({ kith, out }: Context, address: string) =>
        out.value(await kith.call('meet', { body: { address } }), (one) => table([deviceRow(one)])),
      ),
    )
  near
    .command('forget')
    .description('forget a device that was paired')
    .argument('<device>')
    .action(run(async ({ kith }: Context, id: string) => kith.call('forgetDevice', { params: { id } })))
  near
    .command('shelf')
    .description('what a device lets others fetch: kith get LINK fetches it')
    .argument('<device>')
    .action(
      run(async ({ kith, out }: Context, id: string) =>
        out.value(await kith.call('shelf', { params: { id } }), (all) =>
          table(all.map(({ name, size, link }) => [name, sizeText(size), link ?? ''])),
        ),
      ),
    )
  near
    .command('tree')
    .description('what a device shares')
    .argument('<device>')
    .argument('[path]', 'a folder of it, from its shared folders down')
    .action(
      run(async ({ kith, out }: Context, id: string, path: string | undefined) =>
        out.value(await kith.call('deviceTree', { params: { id }, query: { path } }), ({ folders, files }) =>
          table([...folders.map((name) => [`${name}/`, '']), ...files.map(({ name, size }) => [name, sizeText(size)])]),
        ),
      ),
    )
  near
    .command('get')
    .description('fetch a file or folder that a device shares')
    .argument('<device>')
    .argument('<path>', 'from its shared folders down')
    .option('--to <folder>', 'where to')
    .action(
      run(async ({ kith, out }: Context, id: string, path: string, given: { readonly to?: string }) => {
        const body = { path, ...(given.to === undefined ? {} : { directory: resolve(given.to) }) }
        const { transfer } = await kith.call('getShared', { params: { id }, body })
        out.item(transfer, ({ name }) => `${name} is on its way.`)
      }),
    )
  near
    .command('show')
    .description('put a file or folder on our own shelf')
    .argument('<path>')
    .action(
      run(async ({ kith, out }: Context, path: string) => {
        const made = await kith.call('putOnShelf', { body: { path: resolve(path) } })
        out.item(await settled(kith, made), ({ link, path: from }) => link ?? from)
      }),
    )

  root
    .command('send')
    .description('send a file or folder to devices: kith send FILE DEVICE...')
    .argument('<path>')
    .argument('[devices...]')
    .option('--page', 'for somebody without the app: show a link and a QR code')
    .option('--localsend', 'with --page and --pin: let LocalSend devices that know the PIN fetch it too')
    .option('--pin <digits>', 'what has to be known beside the link, or what a LocalSend device asks for')
    .action(
      run(async (context: Context, path: string, to: string[], given: PageOptions) => {
        const { kith, out } = context
        if (given.page === true) return visit(context, resolve(path), given)
        if (to.length === 0) throw new UsageError('Name a device, or use --page')
        const all = await kith.call('devices')
        const direct = to.map((text) => localSendDevice(all, text)).filter((one) => one !== undefined)
        const others = to.filter((text) => localSendDevice(all, text) === undefined)
        if (others.length > 0) {
          const made = await kith.call('send', { body: { path: resolve(path), to: others } })
          out.item(await settled(kith, made), ({ size }) => `${sizeText(size)} offered to ${others.join(', ')}`)
        }
        for (const device of direct) await deliver(context, resolve(path), device, given.pin)
      }),
    )

  root
    .command('receive')
    .description('what devices want to send here; with an id: agree, and fetch it')
    .argument('[gift]')
    .option('--to <dir>', 'the folder to put it in')
    .option('--refuse', 'do not take it')
    .option('--page', 'from somebody without the app: show a link and a QR code')
    .option('--pin <digits>', 'what has to be known beside the link')
    .option('--yes', 'agree to all that comes by the page')
    .action(
      run(
        async (
          context: Context,
          id: string | undefined,
          given: PageOptions & { readonly to?: string; readonly refuse?: true },
        ) => {
          const { kith, out } = context
          if (given.page === true) return visit(context, undefined, given)
          if (id === undefined) {
            const gifts = await kith.call('gifts')
            const direct = (await waitingDeliveries(kith)).map(({ id: key, what, device, files, size, at }) => {
              return { id: key.slice(0, 16), name: what, from: device, files, size, at }
            })
            return out.value([...gifts, ...direct], (all) =>
              all.length === 0
                ? 'Nothing waits.'
                : table(
                    all.map((one) => [one.id, one.name, sizeText(one.size), `from ${one.from.name}`, timeText(one.at)]),
                  ),
            )
          }
          const direct = (await waitingDeliveries(kith)).find((one) => one.id.startsWith(id))
          if (direct !== undefined && given.refuse === true) {
            return kith.call('answerDelivery', { params: { id: direct.id }, body: { yes: false } })
          }
          if (direct !== undefined) return takeDelivery(context, direct.id)
          if (given.refuse === true) return kith.call('refuseGift', { params: { id } })
          const body = given.to === undefined ? {} : { directory: resolve(given.to) }
          const { transfer } = await kith.call('takeGift', { params: { id }, body })
          out.item(transfer, (one) => `${one.id}  ${one.name}`)
        },
      ),
    )
}

function deviceRow(one: DeviceView): string[] {
  const standing =
    one.standing === 'pairing' && one.digits !== undefined
      ? `${one.digits}: kith pair ${/^[\w.-]+$/.test(one.name) ? one.name : one.id.slice(0, 8)}`
      : (one.kind ?? one.standing)
  return [one.id.slice(0, 8), one.name, standing, one.near ? 'near' : 'away', one.addresses[0] ?? '']
}

/** Waits until the files are read and offered. @throws FailedError */
async function settled(kith: Client, begun: Publication): Promise<Publication> {
  let made = begun
  while (made.state === 'hashing') {
    await new Promise((done) => setTimeout(done, POLL_MS))
    made = await kith.call('publication', { params: { id: made.id } })
  }
  if (made.state === 'failed') throw failure(made.fault, 'It did not work')
  return made
}
