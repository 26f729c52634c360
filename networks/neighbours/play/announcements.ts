import type { Host } from '@kith/core/network/host.ts'
import type { Datagrams, Endpoint } from '@kith/core/network/net.ts'

/** A game tells of itself every second or two. */
const MOST_PER_SECOND = 5
/** Longer than any game says, and short enough for one datagram. */
const MOST_ANNOUNCED_BYTES = 1_200
/** What is sent there reaches every program of this machine that listens for everybody, and nothing else. */
const EVERYBODY_HERE = '127.255.255.255'
const EVERYBODY = '255.255.255.255'

/** Ports that we repeat announcements from, so that nobody repeats what was repeated. */
export type Repeaters = Set<number>

type World = Pick<Host, 'net' | 'clock'>

/** Hears what games of this machine tell everybody at these places. @throws FaultError `local` */
export async function hearAnnouncements(
  { net, clock }: World,
  places: readonly Endpoint[],
  repeaters: Repeaters,
  heard: (place: number, bytes: Uint8Array) => void,
): Promise<AsyncDisposable> {
  await using sockets = new AsyncDisposableStack()
  for (const [place, { host, port }] of places.entries()) {
    let second = 0
    let count = 0
    sockets.use(
      await net.datagrams({
        family: 4,
        port,
        groups: host === EVERYBODY ? [] : [host],
        receive(from, bytes) {
          if (bytes.length > MOST_ANNOUNCED_BYTES || !net.isOwn(from.host) || repeaters.has(from.port)) return
          const now = Math.floor(clock.now() / 1000)
          if (now !== second) count = 0
          second = now
          if (count++ < MOST_PER_SECOND) heard(place, bytes)
        },
      }),
    )
  }
  return sockets.move()
}

export interface Repeater extends AsyncDisposable {
  repeat(place: number, bytes: Uint8Array): void
}

/** Tells the programs of this machine, and nobody else, what a game elsewhere told everybody. @throws FaultError `local` */
export async function repeater({ net }: World, places: readonly Endpoint[], repeaters: Repeaters): Promise<Repeater> {
  const socket: Datagrams | undefined =
    places.length === 0
      ? undefined
      : await net.datagrams({ family: 4, groups: [], toEverybodyHere: true, receive() {} })
  if (socket !== undefined) repeaters.add(socket.local.port)
  return {
    repeat(place, bytes) {
      const at = places[place]
      if (at === undefined || bytes.length > MOST_ANNOUNCED_BYTES) return
      socket?.send({ host: at.host === EVERYBODY ? EVERYBODY_HERE : at.host, port: at.port }, bytes.slice())
    },
    async [Symbol.asyncDispose]() {
      if (socket === undefined) return
      repeaters.delete(socket.local.port)
      await socket[Symbol.asyncDispose]()
    },
  }
}
