import { Kith } from '@kith/interop/kith.ts'
import { Aria2 } from '@kith/interop/peers/aria2.ts'
import type { ForeignClient } from '@kith/interop/peers/client.ts'
import { Libtorrent } from '@kith/interop/peers/libtorrent.ts'
import { programPath } from '@kith/interop/peers/process.ts'
import { QBittorrent } from '@kith/interop/peers/qbittorrent.ts'
import { Rtorrent } from '@kith/interop/peers/rtorrent.ts'
import { Transmission } from '@kith/interop/peers/transmission.ts'
import { installWebtorrent, Webtorrent } from './webtorrent/webtorrent.ts'

/** A client that takes part, Kith among them, all driven by the same few verbs. */
export interface Contestant {
  readonly name: string
  /** The program of its Debian package, or what brings it from the registry; our own needs none. */
  readonly program?: string | (() => boolean)
  start(folder: string): Promise<ForeignClient>
}

/** Kith with the verbs of the others. */
async function startKith(folder: string): Promise<ForeignClient> {
  const kith = await Kith.start(folder)
  let id = ''
  return {
    name: 'Kith',
    port: await kith.port(),
    pid: kith.pid,
    async add({ torrent, magnet, folder: directory }) {
      id = (await kith.add(torrent ?? magnet!, directory)).id
    },
    async progress() {
      const { state, had } = await kith.transfer(id)
      return { done: state === 'giving' || state === 'done', bytes: had }
    },
    async recheck() {
      await kith.client.call('recheck', { params: { id } })
    },
    [Symbol.asyncDispose]: () => kith.stop(),
  }
}

export const contestants: readonly Contestant[] = [
  { name: 'Kith', start: startKith },
  {
    name: 'libtorrent',
    program: '/usr/lib/python3/dist-packages/libtorrent',
    start: (folder) => Libtorrent.start(folder),
  },
  { name: 'rtorrent', program: 'rtorrent', start: (folder) => Rtorrent.start(folder) },
  { name: 'aria2', program: 'aria2c', start: (folder) => Aria2.start(folder) },
  { name: 'qBittorrent', program: 'qbittorrent-nox', start: (folder) => QBittorrent.start(folder) },
  { name: 'webtorrent', program: installWebtorrent, start: (folder) => Webtorrent.start(folder) },
  { name: 'Transmission', program: 'transmission-daemon', start: (folder) => Transmission.start(folder) },
]

export function isInstalled({ program }: Contestant): boolean {
  return program === undefined || (typeof program === 'string' ? programPath(program) !== undefined : program())
}
