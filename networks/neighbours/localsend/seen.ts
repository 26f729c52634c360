import type { Device } from '@kith/core/network/devices.ts'
import { sha256 } from '@kith/wire/hash/sha.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import type { Info } from './messages.ts'

/** Devices that are remembered; a flood of names is not memory. */
const MOST_SEEN = 200
/** We ask the group once a minute who is there: whoever was silent twice is gone. */
export const GONE_MS = 150_000

export interface Seen {
  readonly id: string
  readonly host: string
  readonly info: Info
  readonly at: number
}

/** Devices that speak LocalSend, as long as they are heard. */
export class SeenDevices {
  readonly #all = new Map<string, Seen>()

  /**
   * Gives what is known of it now; the newest is the last. One that shows a certificate has it: that it speaks without TLS now is
   * said by somebody else, who would get what is meant for it.
   */
  heard(host: string, info: Info, at: number): Seen {
    const id = idOf(info)
    const known = this.#all.get(id)
    if (known?.info.protocol === 'https' && info.protocol === 'http') return known
    const seen: Seen = { id, host, info, at }
    this.#all.delete(id)
    this.#all.set(id, seen)
    if (this.#all.size > MOST_SEEN) this.#all.delete(this.#all.keys().next().value!)
    return seen
  }

  get(id: string): Seen | undefined {
    return this.#all.get(id)
  }

  /** True when one is gone. */
  tick(now: number): boolean {
    const gone = [...this.#all.values()].filter(({ at }) => at + GONE_MS <= now)
    for (const { id } of gone) this.#all.delete(id)
    return gone.length > 0
  }

  /** All but those that are known otherwise: whoever shows the certificate of such a device is that device, or lies. */
  devices(isKnown: (id: string) => boolean): readonly Device[] {
    const all = [...this.#all.values()].filter(({ id }) => !isKnown(id))
    return all.map(({ id, host, info }) => ({
      id,
      name: info.alias,
      kind: 'localsend',
      standing: 'stranger',
      near: true,
      relayed: false,
      addresses: [{ host, port: info.port }],
    }))
  }
}

/** The fingerprint of the certificate; what is another text has an id of the same form. */
export function idOf({ fingerprint }: Info): string {
  const id = fingerprint.toLowerCase()
  return /^[0-9a-f]{64}$/.test(id) ? id : sha256(utf8(fingerprint)).toHex()
}
