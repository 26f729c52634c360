import { fail, faultOf, type Fault } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Connection, Receiver } from '@kith/core/network/net.ts'
import { free } from '@kith/wire/bytes.ts'
import { MOST_STREAM_BYTES } from '@kith/wire/sealed/records.ts'
import { streamOpener, streamSealer } from '@kith/wire/sealed/stream.ts'

/** What contents travel over: a tunnel in the channel, or a connection of its own beside it. */
export interface DataLine extends Pick<Connection, 'charge' | 'close'> {
  open(receiver: Pick<Receiver, 'receive' | 'ended'>): void
  /** The bytes may change once `sent` was called. */
  send(bytes: Uint8Array, sent?: () => void): void
}

export interface SealedOptions {
  /** Of what is sent, and of what is received. */
  readonly keys: { readonly send: Uint8Array; readonly receive: Uint8Array }
  /** Bytes that come before the first sealed ones, and were read by others. */
  readonly head: number
}

/** A connection of which only the two sides of a channel can read and make the bytes. */
export class SealedLine implements DataLine {
  readonly #connection: Connection
  readonly #seals
  readonly #opens
  readonly #ended: () => void
  #head: number

  /** @param ended called once, whoever owns it */
  constructor(connection: Connection, { keys, head }: SealedOptions, ended: () => void) {
    this.#connection = connection
    this.#seals = streamSealer(keys.send)
    this.#opens = streamOpener(keys.receive)
    this.#ended = ended
    this.#head = head
  }

  open(receiver: Pick<Receiver, 'receive' | 'ended'>): void {
    const give = (plain: Uint8Array): void => receiver.receive(plain)
    this.#connection.open({
      receive: (bytes) => {
        const skipped = Math.min(this.#head, bytes.length)
        this.#head -= skipped
        try {
          this.#opens.open(bytes.subarray(skipped), give)
        } catch (error) {
          this.close(faultOf(error, 'hear a device'))
        }
      },
      ended: (fault) => {
        this.#ended()
        receiver.ended(fault ?? (this.#opens.over ? undefined : cutOff()))
      },
    })
  }

  send(bytes: Uint8Array, sent?: () => void): void {
    if (this.#seals.sealed + bytes.length > MOST_STREAM_BYTES) {
      this.close(fail('gone', 'neighbours/data-ended', 'A data connection has carried all that it may').fault)
      return sent?.()
    }
    const parts = this.#seals.seal(bytes)
    for (const part of parts.slice(0, -1)) this.#connection.send(part)
    this.#connection.send(parts.at(-1)!, () => {
      for (const part of parts) free(part)
      sent?.()
    })
  }

  charge(budget: Budget): void {
    this.#connection.charge(budget)
  }

  close(fault?: Fault): void {
    if (fault === undefined) for (const part of this.#seals.seal(new Uint8Array(), true)) this.#connection.send(part)
    this.#connection.close(fault)
  }
}

function cutOff(): Fault {
  return fail('gone', 'neighbours/data-ended', 'A data connection was cut off').fault
}
