import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Client } from '@kith/api/client.ts'
import type { DeviceView, MessageView } from '@kith/api/near.ts'
import type { Publication } from '@kith/api/transfers.ts'
import type { Context, Run } from '../context.ts'
import { FailedError, UsageError } from '../exit.ts'
import { sizeText, table, timeText } from '../format.ts'

const POLL_MS = 250
/** Two people compare six digits in this time, or begin again. */
const PAIR_MS = 2 * 60_000

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
    .command('pair')
    .description('pair with a device nearby: compare the six digits on both')
    .argument('<device>', 'its name or the beginning of its id')
    .option('--once', 'until the daemon ends, not for good')
    .option('--yes', 'the digits are the same: do not ask')
    .action(
      run(async (context: Context, id: string, given: { readonly once?: true; readonly yes?: true }) => {
        const { kith, out, signal } = context
        const before = await kith.call('pair', { params: { id } })
        const shown = await until(kith, before.id, signal, ({ digits }) => digits !== undefined)
        out.item(shown, ({ digits, name }) => `${digits}   Are these digits on ${name} too?`)
        if (given.yes !== true && !(await yes(context))) {
          return kith.call('forgetDevice', { params: { id: before.id } })
        }
        await kith.call('acceptDevice', { params: { id: before.id }, body: { lasting: given.once !== true } })
        const done = await until(kith, before.id, signal, ({ standing }) => standing !== 'pairing')
        if (done.standing !== 'paired') throw new FailedError(`${done.name} did not agree in time`)
        out.item(done, ({ name }) => `${name} is paired with this device.`)
      }),
    )

  root
    .command('send')
    .description('send a file or folder to devices: kith send FILE DEVICE...')
    .argument('<path>')
    .argument('<devices...>')
    .action(
      run(async ({ kith, out }: Context, path: string, to: string[]) => {
        const made = await kith.call('send', { body: { path: resolve(path), to } })
        out.item(await settled(kith, made), ({ size }) => `${sizeText(size)} offered to ${to.join(', ')}`)
      }),
    )

  root
    .command('receive')
    .description('what devices want to send here; with an id: agree, and fetch it')
    .argument('[gift]')
    .option('--to <dir>', 'the folder to put it in')
    .option('--refuse', 'do not take it')
    .action(
      run(
        async (
          { kith, out }: Context,
          id: string | undefined,
          given: { readonly to?: string; readonly refuse?: true },
        ) => {
          if (id === undefined) {
            return out.value(await kith.call('gifts'), (all) =>
              table(all.map((one) => [one.id, one.name, sizeText(one.size), `from ${one.from}`, timeText(one.at)])),
            )
          }
          if (given.refuse === true) return kith.call('refuseGift', { params: { id } })
          const body = given.to === undefined ? {} : { directory: resolve(given.to) }
          const { transfer } = await kith.call('takeGift', { params: { id }, body })
          out.item(transfer, (one) => `${one.id}  ${one.name}`)
        },
      ),
    )

  const chat = root.command('chat').description('talk: kith chat ROOM TEXT, kith chat ROOM, kith chat')
  chat
    .command('say', { isDefault: true })
    .description('say something, or read what was said; without a room: all rooms')
    .argument('[room]')
    .argument('[text...]')
    .action(
      run(async ({ kith, out }: Context, id: string | undefined, text: string[]) => {
        if (id === undefined) {
          return out.value(await kith.call('rooms'), (all) =>
            table(all.map(({ title, network, people }) => [title, network, `${people} people`])),
          )
        }
        if (text.length > 0) return kith.call('say', { params: { id }, body: { text: text.join(' ') } })
        for (const message of await kith.call('messages', { params: { id } })) out.item(message, messageText)
      }),
    )
  chat
    .command('new')
    .description('make a room of several devices')
    .argument('<title>')
    .argument('<devices...>')
    .action(
      run(async ({ kith, out }: Context, title: string, people: string[]) =>
        out.value(await kith.call('newRoom', { body: { title, people } }), ({ id }) => id),
      ),
    )
}

function deviceRow(one: DeviceView): string[] {
  const standing =
    one.standing === 'pairing' && one.digits !== undefined ? `${one.digits}: kith pair ${one.name}` : one.standing
  return [one.id.slice(0, 8), one.name, standing, one.near ? 'near' : 'away', one.addresses[0] ?? '']
}

function messageText({ at, from, text }: MessageView): string {
  return `${timeText(at)}  ${from}: ${text}`
}

/** Waits until a device passes the test. @throws FailedError when it never does */
async function until(
  kith: Client,
  id: string,
  signal: AbortSignal,
  test: (device: DeviceView) => boolean,
): Promise<DeviceView> {
  for (const end = Date.now() + PAIR_MS; !signal.aborted && Date.now() < end;) {
    const device = (await kith.call('devices')).find((one) => one.id === id)
    if (device === undefined) throw new FailedError('The device is not there any more')
    if (test(device)) return device
    await new Promise((done) => setTimeout(done, POLL_MS))
  }
  throw new FailedError('Nobody answered in time')
}

/** Waits until the files are read and offered. @throws FailedError */
async function settled(kith: Client, begun: Publication): Promise<Publication> {
  let made = begun
  while (made.state === 'hashing') {
    await new Promise((done) => setTimeout(done, POLL_MS))
    made = await kith.call('publication', { params: { id: made.id } })
  }
  if (made.state === 'failed') throw new FailedError(made.fault?.message ?? 'It did not work')
  return made
}

async function yes({ out }: Context): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError('Nobody can be asked here: say --yes when the digits are the same')
  out.line('Type y and Enter if they are the same.')
  for await (const data of process.stdin) return /^y(es)?$/i.test(String(data).trim())
  return false
}
