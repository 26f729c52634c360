import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, FaultError } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Connection, Endpoint, Receiver } from '@kith/core/network/net.ts'
import { endpointText } from '@kith/core/network/net.ts'
import { defaults } from '@kith/core/network/schema.ts'
import { Hours } from '@kith/core/network/test-kit/hours.ts'
import type { LanePort } from '@kith/core/transfer/lane.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import { encode } from '@kith/wire/bencode.ts'
import { concat } from '@kith/wire/bytes.ts'
import { hash } from '@kith/wire/hash/sha.ts'
import { KeptHint } from '../../kept-hint.ts'
import type { Settings } from '../../settings.ts'
import { settings as schema } from '../../settings.ts'
import { encodeExtendedHandshake } from '../../wire/extended.ts'
import { encodeHandshake } from '../../wire/handshake.ts'
import { decodeHint, emptyHint, encodeHint } from '../../wire/hint.ts'
import type { PeerMessage } from '../../wire/peer.ts'
import { encodeMessage } from '../../wire/peer.ts'
import { Frames } from '../frames.ts'
import { OwnAddresses } from '../own-addresses.ts'
import { Swarm } from '../swarm.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }

/** Two pieces of 16 KiB. */
const info: Uint8Array = encode({ length: 32_768, name: 'a', 'piece length': 16_384, pieces: new Uint8Array(40) })
export const infoHash: Uint8Array = hash('sha1', info)

/** A connection that a peer has opened, unless we have. As with a socket, its end is told some time after it was closed. */
export class Line implements Connection {
  readonly remote: Endpoint
  readonly local: Endpoint = { host: '10.0.0.1', port: 7338 }
  readonly incoming: boolean
  readonly pending = 0
  closed: string | undefined
  /** Bytes that were sent after it was closed. */
  late = 0
  /** All that was sent. */
  readonly sent: Uint8Array[] = []
  #receiver: Receiver | undefined

  constructor(remote: Endpoint, incoming = true) {
    this.remote = remote
    this.incoming = incoming
  }

  open(receiver: Receiver): void {
    this.#receiver = receiver
  }

  send(bytes: Uint8Array, sent?: () => void): void {
    this.sent.push(bytes.slice())
    if (this.closed !== undefined) this.late += bytes.length
    sent?.()
  }

  close(fault?: { readonly code: string }): void {
    this.closed ??= fault?.code ?? 'orderly'
  }

  pause(): void {}
  resume(): void {}
  charge(): void {}
  finish(): void {}

  /** The peer says all of this in one piece. */
  say(...parts: readonly Uint8Array[]): void {
    this.#receiver?.receive(concat(parts))
  }

  ended(): void {
    this.#receiver?.ended()
  }
}

export function greeting(peer: number, of: Uint8Array = infoHash): Uint8Array {
  const peerId = new Uint8Array(20).fill(peer)
  const abilities = { fast: true, extended: true, dht: false, v2: false }
  return encodeHandshake({ abilities, infoHash: of, peerId })
}

export function message(of: PeerMessage): Uint8Array {
  return encodeMessage(of)
}

/** An extended handshake of a peer that speaks peer exchange, takes descriptions and listens at a port. */
export function introduction(listenPort: number, metadataSize?: number): Uint8Array {
  const payload = encodeExtendedHandshake({ extensions: { ut_pex: 1, ut_metadata: 2 }, listenPort, metadataSize })
  return encodeMessage({ kind: 'extended', id: 0, payload })
}

/** A swarm whose description is known, unless `unknown` is its info-hash, and the world around it. Whoever it dials is never reached, but those in `reached`. */
export class Meeting implements AsyncDisposable {
  readonly clock: Hours = new Hours()
  readonly stage: WritableValue<'looking' | 'getting' | 'giving'> = value<'looking' | 'getting' | 'giving'>('getting')
  readonly dialled: Endpoint[] = []
  /** Connections that dials end in, by address. */
  readonly reached: Map<string, Line> = new Map()
  /** Why the disk gives nothing. */
  unreadable: Fault | undefined
  /** Codes of the troubles that were told, undefined for the end of one. */
  readonly troubles: (string | undefined)[] = []
  /** There is no way to anybody. */
  cut = false
  readonly ownAddresses: OwnAddresses
  readonly banned: Set<string> = new Set()
  readonly swarm: Swarm
  #kept: Uint8Array

  constructor(
    settings: Partial<Settings> = {},
    peers: readonly Endpoint[] = [],
    ownAddresses: OwnAddresses = new OwnAddresses(),
    unknown?: Uint8Array,
  ) {
    this.ownAddresses = ownAddresses
    this.#kept = encodeHint({ ...emptyHint, ...(unknown === undefined ? { info } : {}), peers })
    const host = {
      clock: this.clock,
      random: { number: () => 0, bytes: (length: number) => new Uint8Array(length) },
      log: silent,
      self: { program: 'Kith', version: '0.1.0', device: 'test' },
      net: {
        port: 7338,
        connect: (to: Endpoint): Promise<Connection> => {
          this.dialled.push(to)
          if (this.cut) return Promise.reject(fail('gone', 'net/unreachable', 'There is no way to that address'))
          return Promise.resolve().then(() => this.reached.get(endpointText(to)) ?? new Promise<Connection>(() => {}))
        },
      },
    } as unknown as Host
    const subject = this.#subject()
    this.swarm = new Swarm(unknown ?? infoHash, subject, new KeptHint(subject), {
      host,
      settings: { ...defaults(schema), ...settings },
      peerId: new Uint8Array(20).fill(0xff),
      frames: new Frames(),
      ownAddresses: this.ownAddresses,
      room: () => true,
    })
  }

  #subject(): Subject {
    const { stage } = this
    const port: LanePort = {
      get wanted() {
        return stage.current !== 'giving'
      },
      claimed: 0,
      supply() {},
      supplyAll() {},
      supplyAnew() {},
      claim: () => 0,
      place: () => undefined,
      takeCell: () => undefined,
      delivered() {},
      refused() {},
      putBack() {},
      [Symbol.dispose]() {},
    }
    return {
      id: 't',
      content: { digests: [], name: 'a' },
      budget: {} as Subject['budget'],
      layout: value(undefined),
      stage,
      hint: () => this.#kept,
      keep: (_network, hint) => void (this.#kept = hint),
      describe() {},
      open: () => port,
      place: () => undefined,
      had: () => stage.current === 'giving',
      watchHad: () => ({ [Symbol.dispose]() {} }),
      missing: () => 0,
      read: async () => {
        if (this.unreadable !== undefined) throw new FaultError(this.unreadable)
      },
      moved: () => ({ down: 0, up: 0 }),
      gave() {},
      banned: (key) => this.banned.has(key),
      trouble: (_network, fault) => void this.troubles.push(fault?.code),
    }
  }

  /** Peers that are kept for the next start. */
  get kept(): readonly Endpoint[] {
    return decodeHint(this.#kept).peers
  }

  /** A peer dials us, and says all of this at once. */
  come(host: string, ...parts: readonly Uint8Array[]): Line {
    const line = new Line({ host, port: 50_000 })
    this.swarm.accept(line)
    line.say(...parts)
    return line
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.swarm[Symbol.asyncDispose]()
  }
}
