import type { Host } from '@kith/core/network/host.ts'
import type { Connection, Datagrams, Endpoint } from '@kith/core/network/net.ts'
import type { Lines } from '../lines.ts'
import { type KeptPath, keepPath } from '../play/kept-path.ts'
import { decodeCarried, decodeSocksDatagram, encodeCarried, encodeSocksDatagram } from '../wire/socks.ts'

const HERE = '127.0.0.1'
/** Programs that send datagrams through one proxy at once. */
const MOST_ASSOCIATIONS = 64

export interface Passed {
  (direction: 'down' | 'up', bytes: number): void
}

/** The UDP of one proxy (RFC 1928 7): each program has a port of its own as long as its connection lasts. */
export class Associations implements Disposable {
  readonly #host: Host
  readonly #lines: Lines
  readonly #device: string
  readonly #passed: Passed
  readonly #all = new Map<number, (bytes: Uint8Array) => void>()
  #path: KeptPath | undefined
  #last = 0

  constructor(host: Host, lines: Lines, device: string, passed: Passed) {
    this.#host = host
    this.#lines = lines
    this.#device = device
    this.#passed = passed
  }

  get size(): number {
    return this.#all.size
  }

  /** Opens a port for a program, until its connection ends; undefined when there are too many. @throws FaultError `local` */
  async open(control: Connection): Promise<Endpoint | undefined> {
    if (this.#all.size >= MOST_ASSOCIATIONS) return undefined
    do this.#last = (this.#last + 1) % 65_536
    while (this.#all.has(this.#last))
    const flow = this.#last
    let program: Endpoint | undefined
    const socket: Datagrams = await this.#host.net.datagrams({
      host: HERE,
      receive: (from, bytes) => {
        // The first that speaks is the program; nobody else of this machine may use its port.
        program ??= from
        if (program.port !== from.port || program.host !== from.host) return
        const asked = decodeSocksDatagram(bytes)
        if (asked === undefined || asked.place.port === 0) return
        this.#passed('up', asked.bytes.length)
        this.#path?.send(encodeCarried({ flow, ...asked }))
      },
    })
    this.#all.set(flow, (bytes) => {
      const { place, bytes: inside } = decodeCarried(bytes)
      if (program === undefined) return
      this.#passed('down', inside.length)
      socket.send(program, encodeSocksDatagram({ place, bytes: inside }))
    })
    this.#path ??= this.#keep()
    control.open({
      receive() {},
      ended: () => {
        this.#all.delete(flow)
        void socket[Symbol.asyncDispose]()
        if (this.#all.size > 0) return
        this.#path?.[Symbol.dispose]()
        this.#path = undefined
      },
    })
    return socket.local
  }

  #keep(): KeptPath {
    return keepPath(
      this.#host,
      this.#lines,
      { device: this.#device, target: '/internet/datagrams' },
      {
        datagram: (bytes) => this.#all.get(decodeCarried(bytes).flow)?.(bytes),
        said() {},
        opened() {},
        changed() {},
      },
    )
  }

  [Symbol.dispose](): void {
    this.#path?.[Symbol.dispose]()
  }
}
