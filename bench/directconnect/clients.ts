import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Kith } from '@kith/interop/kith.ts'
import { until } from '@kith/interop/peers/client.ts'
import { Eiskalt } from '@kith/interop/peers/eiskalt.ts'
import { Ncdc } from '@kith/interop/peers/ncdc.ts'

/** The file that goes from one to the other, in the root of what is shared. */
export interface Material {
  /** The folder that is shared. */
  readonly folder: string
  readonly name: string
  readonly size: number
  readonly magnet: string
}

/** Whom a file is taken from. */
export interface Giver extends AsyncDisposable {
  readonly nick: string
  readonly pid: number
  readonly hub: string
  /** What it did last, for whoever asks why nothing came. */
  log(): Promise<string>
}

export interface Taker extends AsyncDisposable {
  readonly pid: number
  /** Where the file will be. */
  readonly folder: string
  /** Does what is needed before the wish can be said, such as getting a list. */
  prepare(from: Giver, material: Material): Promise<void>
  /** Says the wish. */
  take(from: Giver, material: Material): Promise<void>
  whole(material: Material): Promise<boolean>
  log(): Promise<string>
}

/** A client of Direct Connect, ours among them. */
export interface Client {
  readonly title: string
  /** Is on the hub, with the file in the list that others get. */
  give(place: string, hub: string, tls: boolean, material: Material): Promise<Giver>
  take(place: string, hub: string, tls: boolean): Promise<Taker>
}

export type ClientName = 'kith' | 'ncdc' | 'eiskalt'

const shareMs = 120_000
const virtual = 'shared'

const kith: Client = {
  title: 'Kith',
  async give(place, hub, tls, { folder }) {
    const daemon = await startKith(place, hub, tls)
    await daemon.client.call('shareFolder', { body: { path: folder } })
    await until(async () => {
      const { state, known } = await daemon.client.call('hashing')
      return state === 'idle' && known.files > 0 && (await isOnHub(daemon))
    }, shareMs)
    return { nick: 'Kith', pid: daemon.pid, hub, log: () => daemon.log(), [Symbol.asyncDispose]: () => daemon.stop() }
  },
  async take(place, hub, tls) {
    const daemon = await startKith(place, hub, tls)
    await until(() => isOnHub(daemon), shareMs)
    let id = ''
    return {
      pid: daemon.pid,
      folder: daemon.downloads,
      prepare: () => Promise.resolve(),
      async take(_from, { magnet }) {
        id = (await daemon.add(magnet)).id
      },
      whole: async ({ size }) => (await daemon.transfer(id)).had === size,
      log: () => daemon.log(),
      [Symbol.asyncDispose]: () => daemon.stop(),
    }
  },
}

function startKith(place: string, hub: string, tls: boolean): Promise<Kith> {
  return Kith.start(place, [
    `directconnect.hubs=${hub}`,
    'directconnect.nick=Kith',
    `directconnect.encryption=${tls ? 'required' : 'never'}`,
  ])
}

async function isOnHub(daemon: Kith): Promise<boolean> {
  return (await daemon.client.call('network', { params: { id: 'directconnect' } })).state === 'connected'
}

const ncdc: Client = {
  title: 'ncdc',
  async give(place, hub, tls, { folder }) {
    const client = await startNcdc(place, 'ncdc-giver', tls)
    await client.share(folder, virtual)
    await client.join(hub)
    const { nick } = client
    return { nick, pid: await client.pid(), hub, log: () => client.log(), [Symbol.asyncDispose]: () => ended(client) }
  },
  async take(place, hub, tls) {
    const client = await startNcdc(place, 'ncdc-taker', tls)
    await client.join(hub)
    return {
      pid: await client.pid(),
      folder: client.downloads,
      async prepare({ nick }) {
        await client.type(`/browse ${nick}`)
        await client.tab(`/${nick}`)
      },
      take: () => client.key('d'),
      whole: ({ name, size }) => has(join(client.downloads, virtual, name), size),
      log: () => client.log(),
      [Symbol.asyncDispose]: () => ended(client),
    }
  },
}

function startNcdc(place: string, nick: string, tls: boolean): Promise<Ncdc> {
  return Ncdc.start(place, nick, { tls_policy: tls ? 'prefer' : 'disabled' })
}

const eiskalt: Client = {
  title: 'EiskaltDC++',
  async give(place, hub, tls, { folder }) {
    const client = await startEiskalt(place, 'eiskalt-giver', tls)
    await client.join(hub)
    await client.share(folder, virtual)
    const { nick, pid } = client
    return { nick, pid, hub, log: async () => client.log(), [Symbol.asyncDispose]: () => ended(client) }
  },
  async take(place, hub, tls) {
    const client = await startEiskalt(place, 'eiskalt-taker', tls)
    await client.join(hub)
    return {
      pid: client.pid,
      folder: client.downloads,
      async prepare(from, { magnet }) {
        await client.list(hub, from.nick)
        await client.call('magnet.add', { magnet, directory: `${client.downloads}/` })
      },
      async take() {
        await client.call('queue.matchlists', {})
      },
      whole: ({ name, size }) => has(join(client.downloads, name), size),
      log: async () => client.log(),
      [Symbol.asyncDispose]: () => ended(client),
    }
  },
}

function startEiskalt(place: string, nick: string, tls: boolean): Promise<Eiskalt> {
  return Eiskalt.start(place, nick, { UseTLS: tls ? '1' : '0', RequireTLS: tls ? '1' : '0' })
}

export const clients: Readonly<Record<ClientName, Client>> = { kith, ncdc, eiskalt }

/** Both foreign ones put a file there once it is whole. */
function has(path: string, size: number): Promise<boolean> {
  return stat(path).then(
    (found) => found.size === size,
    () => false,
  )
}

function ended(client: AsyncDisposable): Promise<void> {
  return Promise.resolve(client[Symbol.asyncDispose]())
}
