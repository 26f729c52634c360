import type { Fault } from '../fault/fault.ts'
import type { Budget } from '../limits/budget.ts'
import type { Value } from '../value/value.ts'
import type { Outside } from './outside.ts'
import type { Secured, TlsConnect, TlsListen } from './tls.ts'

/** An address as a numeric IP, v4 or v6 without brackets, and a port. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

export function endpointText(of: Endpoint): string {
  return of.host.includes(':') ? `[${of.host}]:${of.port}` : `${of.host}:${of.port}`
}

/** What a connection tells whoever owns it. */
export interface Receiver {
  /** `bytes` may be used during the call only: the buffer is reused for the next read. */
  receive(bytes: Uint8Array): void
  /** Everything sent has left user space; a sender that stopped at `pending` may go on. */
  drained?(): void
  /**
   * The other side sends no more, and still reads. Who has this goes on sending until `finish` or `close`; without it
   * the connection closes.
   */
  finished?(): void
  /** Once, at the end; `fault` is absent when the end was orderly. */
  ended(fault?: Fault): void
}

/** A byte stream, already metered: who writes protocols never mentions rate. */
export interface Connection {
  readonly remote: Endpoint
  readonly local: Endpoint
  /** True for a connection that the other side opened. */
  readonly incoming: boolean
  /** What TLS settled on, where the conversation is inside it. */
  readonly secured?: Secured | undefined
  /** Bytes given to `send` that the system has not taken yet. */
  readonly pending: number
  /** Starts the flow; what arrived before (the recognised head) is given first. */
  open(receiver: Receiver): void
  /**
   * Takes the bytes over; they must not change until `sent` is called, which happens once in any case: when the system
   * has them, or when the connection has ended.
   */
  send(bytes: Uint8Array, sent?: () => void): void
  /** Stops reading, so that the other side feels it; `resume` goes on. */
  pause(): void
  resume(): void
  /** Sends what is pending and says that no more comes; what the other side sends still arrives. */
  finish(): void
  /** Counts the traffic on another budget from now on, such as the transfer's once it is known. */
  charge(budget: Budget): void
  /** Sends what is pending and closes; a fault closes at once. */
  close(fault?: Fault): void
}

export interface Listener extends AsyncDisposable {
  readonly local: Endpoint
}

export interface ListenOptions {
  /** A port of its own; without it the network shares the one port of all networks. */
  readonly port?: number
  readonly host?: string
  /**
   * Whether a conversation that begins with these bytes is this network's: that is how networks share a port.
   * `undefined` wants more bytes.
   */
  recognise(head: Uint8Array): boolean | undefined
  /** A conversation whose other side has said nothing for so long is this network's too: there, who is dialled begins. */
  readonly silenceMs?: number
  /** Takes conversations inside TLS as well, or only those; `recognise` and `accept` see what is inside. */
  readonly tls?: TlsListen
  /** `head` is what was recognised; it is also the first that `receive` gets. */
  accept(connection: Connection, head: Uint8Array): void
}

export interface ConnectOptions {
  readonly budget?: Budget
  /** How long the other side may take to answer, and as long again to settle on TLS. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** Speaks TLS from the first byte. */
  readonly tls?: TlsConnect
  /**
   * Leaves from this port of ours, which connections to others may leave from as well, if they were told so too; 0 is one
   * that the system chooses. Routers keep the way that one of them has opened.
   */
  readonly localPort?: number
}

export interface Datagrams extends AsyncDisposable {
  readonly local: Endpoint
  send(to: Endpoint, bytes: Uint8Array): void
}

export interface DatagramOptions {
  readonly port?: number
  readonly host?: string
  readonly family?: 4 | 6
  /** Groups of IPv4 to hear; the port is then shared with other programs of this machine that hear them. */
  readonly groups?: readonly string[]
  /** Bytes that may wait to be read; as many as the system likes without it. */
  readonly room?: number
  /** May send to groups and to everybody, but no further than this machine. */
  readonly toEverybodyHere?: boolean
  /** `bytes` belong to the receiver. */
  receive(from: Endpoint, bytes: Uint8Array): void
}

/** An address of this machine, and how many of its first bits are those of the network around it. */
export interface Attached {
  readonly host: string
  readonly prefix: number
}

export interface Net {
  /**
   * @throws FaultError `gone` when nobody answers, `local` when this machine cannot, `peer` `net/tls` or
   * `net/certificate` when the other side does not speak TLS as it should or is not who it should be
   */
  connect(to: Endpoint, options?: ConnectOptions): Promise<Connection>
  /** @throws FaultError `local` `net/port-taken`, `net/forbidden` */
  listen(options: ListenOptions): Promise<Listener>
  datagrams(options: DatagramOptions): Promise<Datagrams>
  /** Whether this is an address of this machine. */
  isOwn(host: string): boolean
  /** The networks that this machine is part of, as the addresses it has in them. */
  attached(): readonly Attached[]
  /** SHA-256 of the certificate that we show on this network, made at the first need and kept; see also `Http.fingerprint`. */
  readonly fingerprint: Uint8Array
  /** The port that other peers reach us at, shared by the networks. */
  readonly port: number
  /** Whether that port is reached from beyond the router, over IPv4. */
  readonly outside: Value<Outside>
  /** The same over IPv6, where routers translate nothing and let through only what they were asked to. */
  readonly outsideV6: Value<Outside>
}

export interface Names {
  /**
   * Addresses of a host name, v4 before v6; a numeric address is its own answer.
   * @param fresh an answer of before is not good enough
   * @throws FaultError `unavailable`
   */
  resolve(name: string, signal?: AbortSignal, fresh?: boolean): Promise<readonly string[]>
}
