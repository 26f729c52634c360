import { fail, faultOf, type Fault } from '@kith/core/fault/fault.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection, Datagrams, Endpoint } from '@kith/core/network/net.ts'
import { lengthPrefixed } from '@kith/wire/framing.ts'
import { KEY_BYTES, opener, SEAL_BYTES, sealer, type Sealer } from '@kith/wire/sealed/datagrams.ts'
import { decodePathHello, encodePathHello, inChannel, MOST_FRAME_BYTES, sealedAs } from '../wire/path.ts'

const TICK_MS = 500
/** How often a way that works is proven anew; routers forget a silent way after half a minute. */
const PROVE_MS = 1_500
/** A way that was not proven for so long does not work any more. */
const LOST_MS = 5_000
/** Datagrams that wait in the channel; what comes then is dropped, as a full router does, instead of coming too late. */
const MOST_WAITING_BYTES = 256 * 1024
/** A tenth of a second of a fast line: games are played while we are busy. */
const ROOM_BYTES = 4 * 1024 * 1024
/** What goes as a datagram of its own, though the network layer may have to cut it in some pieces. */
const MOST_DIRECT_BYTES = 16 * 1024

export type PathMode = 'direct' | 'channel'

/** What the owner of a path is told. Bytes may be used during the call only. */
export interface PathOwner {
  datagram(bytes: Uint8Array): void
  said(bytes: Uint8Array): void
  /** The mode has changed. */
  changed(): void
  /** Once. */
  ended(fault?: Fault): void
}

/**
 * Datagrams between two devices, and beside them messages that arrive for sure and in order. Keys are agreed inside the
 * channel; then both sides knock at each other's UDP port, and as long as knocks are answered datagrams travel by
 * themselves, each sealed. Where the line lets none through they go inside the channel.
 */
export interface Path extends Disposable {
  readonly mode: PathMode
  /** May be lost, or overtaken. */
  send(bytes: Uint8Array): void
  say(bytes: Uint8Array): void
}

type World = Pick<Host, 'net' | 'clock' | 'random' | 'log'>

/** @throws FaultError `local` when there is no port for datagrams */
export async function openPath(world: World, connection: Connection, owner: PathOwner): Promise<Path> {
  const { clock, random } = world
  const key = random.bytes(KEY_BYTES)
  const index = new DataView(random.bytes(4).buffer).getUint32(0)
  const opens = opener(key, index)
  const framer = lengthPrefixed(MOST_FRAME_BYTES)
  const resources = new AsyncDisposableStack()
  /** The other side, once it has said where it is. */
  let there: { readonly seals: Sealer; at: Endpoint } | undefined
  let provenAt = Number.NEGATIVE_INFINITY
  let askedAt = Number.NEGATIVE_INFINITY
  let mode: PathMode = 'channel'
  let over = false

  function settle(): void {
    const now: PathMode = clock.now() - provenAt < LOST_MS ? 'direct' : 'channel'
    if (now === mode) return
    mode = now
    owner.changed()
  }

  function end(fault?: Fault): void {
    if (over) return
    over = true
    connection.close(fault)
    void resources[Symbol.asyncDispose]()
    owner.ended(fault)
  }

  function seal(kind: number, bytes: Uint8Array): void {
    if (there === undefined) return
    const plain = new Uint8Array(1 + bytes.length)
    plain[0] = kind
    plain.set(bytes, 1)
    const sealed = new Uint8Array(plain.length + SEAL_BYTES)
    there.seals.seal(plain, sealed, 0)
    datagrams.send(there.at, sealed)
  }

  function tell(kind: number, bytes: Uint8Array): void {
    const frame = new Uint8Array(5 + bytes.length)
    new DataView(frame.buffer).setUint32(0, 1 + bytes.length)
    frame[4] = kind
    frame.set(bytes, 5)
    connection.send(frame)
  }

  function prove(): void {
    askedAt = clock.now()
    seal(sealedAs.probe, new Uint8Array())
  }

  function given(bytes: Uint8Array): void {
    try {
      owner.datagram(bytes)
    } catch (error) {
      end(faultOf(error, 'hear a device'))
    }
  }

  function unsealed(from: Endpoint, sealed: Uint8Array): void {
    const opened = opens.open(sealed)
    if (opened === undefined || there === undefined || over) return
    const { plain, newest } = opened
    // Whoever made it has the key: behind a router its port is not the one that it was told.
    if (newest && (there.at.host !== from.host || there.at.port !== from.port)) there.at = from
    switch (plain[0] ?? -1) {
      case sealedAs.probe:
        return seal(sealedAs.answer, new Uint8Array())
      case sealedAs.answer:
        provenAt = clock.now()
        return settle()
      case sealedAs.datagram:
        return given(plain.subarray(1))
      default:
        return undefined
    }
  }

  function framed(frame: Uint8Array): void {
    const rest = frame.subarray(1)
    switch (frame[0] ?? -1) {
      case inChannel.hello: {
        if (there !== undefined) throw fail('peer', 'neighbours/message', 'A path begins twice')
        const hello = decodePathHello(rest)
        const { host } = connection.remote
        // Reached through another device: datagrams have no way of their own, and stay in the channel.
        if (host === '') return
        const at = { host, port: hello.port }
        there = { seals: sealer(hello.key, hello.index), at }
        return prove()
      }
      case inChannel.datagram:
        return owner.datagram(rest)
      case inChannel.said:
        return owner.said(rest)
      default:
        return undefined
    }
  }

  let datagrams: Datagrams
  try {
    datagrams = resources.use(await world.net.datagrams({ room: ROOM_BYTES, receive: unsealed }))
  } catch (error) {
    connection.close(faultOf(error))
    throw error
  }
  resources.use(
    every(clock, TICK_MS, () => {
      if (mode === 'channel' || clock.now() - askedAt >= PROVE_MS) prove()
      settle()
    }),
  )
  connection.open({
    receive(bytes) {
      try {
        for (const frame of framer.frames(bytes)) if (!over) framed(frame)
      } catch (error) {
        end(faultOf(error, 'hear a device'))
      }
    },
    ended: end,
  })
  tell(inChannel.hello, encodePathHello({ key, index, port: datagrams.local.port }))
  return {
    get mode() {
      return mode
    },
    send(bytes) {
      if (over) return
      if (mode === 'direct' && bytes.length <= MOST_DIRECT_BYTES) seal(sealedAs.datagram, bytes)
      else if (connection.pending < MOST_WAITING_BYTES) tell(inChannel.datagram, bytes)
    },
    say: (bytes) => tell(inChannel.said, bytes),
    [Symbol.dispose]: () => end(),
  }
}
