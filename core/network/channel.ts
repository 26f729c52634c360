import type { Budget } from '../limits/budget.ts'
import type { Connection, Endpoint, Listener } from './net.ts'

/**
 * HTTP/2 over mutually authenticated TLS 1.3 between two peers who know each other by the fingerprints of their
 * certificates (RFC 9113, RFC 8446). Whoever dials asks; a peer that wants to ask back dials a channel of its own.
 */
export interface ChannelQuestion {
  readonly method: 'GET' | 'POST'
  /** Path and query. */
  readonly target: string
  /** A stream is sent as it is made, at the pace of the other side, who may answer before it has come to its end. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>
  /** What the bytes of the answer are counted on, such as a transfer's; the network's own without it. */
  readonly budget?: Budget
  /** Until the headers are there, and between two parts of either body; the default is 30,000. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

export interface ChannelAnswer {
  readonly status: number
  /** The media type of the body, where the other side says it. */
  readonly type?: string
  /** Each part belongs to the reader. Not reading is back-pressure; leaving the loop ends the answer. */
  readonly body: AsyncIterable<Uint8Array>
}

export interface TunnelOptions {
  /** What its bytes are counted on; the network's own without it. */
  readonly budget?: Budget
  /** Until the other side has said yes; the default is 30,000. */
  readonly timeoutMs?: number
  /** Ends the wait, not the tunnel. */
  readonly signal?: AbortSignal
}

/** An open channel to one peer; any number of questions at once. */
export interface Channel extends Disposable {
  readonly remote: Endpoint
  /** SHA-256 of the other side's certificate. */
  readonly fingerprint: Uint8Array
  readonly open: boolean
  /** @throws FaultError `gone`, `peer` */
  ask(question: ChannelQuestion): Promise<ChannelAnswer>
  /**
   * A connection inside the channel, of its own pace: what the other side gives it to depends on the target.
   * @throws FaultError `gone`, `unavailable` `channel/refused` with the status as its cause
   */
  tunnel(target: string, options?: TunnelOptions): Promise<Connection>
  /** Calls back once, when the channel has ended. */
  ended(callback: () => void): void
}

/** A question that a peer asks us. */
export interface PeerQuestion {
  readonly method: string
  readonly target: string
  readonly remote: Endpoint
  /** SHA-256 of the certificate that the asker has shown; undefined for a browser or the like. */
  readonly fingerprint: Uint8Array | undefined
  readonly signal: AbortSignal
  /** The whole body. @throws FaultError `peer` `channel/too-long` */
  body(limit: number): Promise<Uint8Array>
  /**
   * The same as it arrives, however long, once. Each part belongs to the reader. Not reading is back-pressure; leaving
   * early leaves the answer alone. @throws FaultError `gone` `channel/ended` when it breaks off
   */
  parts(): AsyncIterable<Uint8Array>
}

export interface OurAnswer {
  readonly status: number
  /** Takes the question as a tunnel: there is no body then, in either direction. */
  readonly tunnel?: (connection: Connection) => void
  readonly type?: string
  /** The memory of a part may be used again when the next one is asked for. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>
  /** What the body is counted on; the network's own budget without it. */
  readonly budget?: Budget
}

export interface Channels {
  /**
   * @param to an address, or a line that leads to the peer already, such as a tunnel that somebody passes on: it is given up to
   * the channel, whose `remote` is then nowhere, an empty host
   * @throws FaultError `gone`, `local`, or `peer` `net/certificate` when it is somebody else
   */
  dial(to: Endpoint | Connection, fingerprint: Uint8Array | undefined, signal?: AbortSignal): Promise<Channel>
  /**
   * Answers on a line that somebody has called us by, as one that dialled us would be answered.
   * @throws FaultError `gone`, `peer` when it does not come to a channel
   */
  accept(line: Connection, answer: (question: PeerQuestion) => OurAnswer | Promise<OurAnswer>): Promise<void>
  /** Answers on the port of all networks, or one of its own. @throws FaultError `local` */
  listen(
    at: { readonly port?: number },
    answer: (question: PeerQuestion) => OurAnswer | Promise<OurAnswer>,
  ): Promise<Listener>
}
