import { fail, FaultError, faultOf } from '@kith/core/fault/fault.ts'
import type { Channel, OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import type { Device } from '@kith/core/network/devices.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Invitations, InviteOptions, OpenInvitation } from '@kith/core/network/invitations.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { lossyText } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { formatHostPort, type HostPort, parseHostPort } from '@kith/wire/host-port.ts'
import type { Book } from '../book.ts'
import { wholeOf } from '../lines.ts'
import { knocked, MOST_INVITATIONS, type Opened, proofOf, stillOpen } from '../talk/invitation.ts'
import { deviceId, idBytes } from '../wire/device-id.ts'
import { formatInvitation, MOST_INVITED_AT, parseInvitation, SECRET_BYTES } from '../wire/invitation.ts'
import {
  decodeIntroduction,
  decodeKnock,
  encodeIntroduction,
  encodeKnock,
  type Introduction,
  MOST_MESSAGE_BYTES,
} from '../wire/messages.ts'

const LONGEST_MS = 30 * 24 * 60 * 60_000
const ID_BYTES = 4

export interface InvitationsWorld {
  readonly host: Host
  readonly book: Book
  introduction(): Introduction
  /** Where we can be reached, the likeliest first. */
  addresses(): readonly HostPort[]
  /** A line to a device that is perhaps unknown, at one of these places. @throws FaultError `gone`, `peer` */
  reach(device: string, at: readonly HostPort[]): Promise<Channel>
}

/** Invitations that we made, and those that we follow. They are kept over restarts, for they may be days old. */
export class OwnInvitations implements Invitations {
  readonly all: WritableValue<readonly OpenInvitation[]> = value<readonly OpenInvitation[]>([])
  readonly #world: InvitationsWorld
  #open: readonly Opened[]

  constructor(world: InvitationsWorld) {
    this.#world = world
    this.#open = keptInvitations(world.host)
  }

  /** Called when it is known where we are reached, and every now and then. */
  tick(): void {
    const left = stillOpen(this.#open, this.#world.host.clock.now())
    if (left.length < this.#open.length) this.#set(left)
  }

  invite({ ms, lasting, addresses = [] }: InviteOptions): OpenInvitation {
    const { host } = this.#world
    const now = host.clock.now()
    const open = stillOpen(this.#open, now)
    if (open.length >= MOST_INVITATIONS) {
      throw fail('input', 'neighbours/invitations', 'That are too many invitations at once', {
        hint: 'Take one back, or wait until one has ended.',
      })
    }
    const secret = host.random.bytes(SECRET_BYTES)
    const id = host.random.bytes(ID_BYTES).toHex()
    // In whole seconds, as the link has it: both sides then mean the same end.
    const until = Math.floor((now + Math.min(ms, LONGEST_MS)) / 1000) * 1000
    this.#set([...open, { id, secret, until, lasting, places: addresses.map(formatHostPort), usedBy: undefined }])
    return this.all.current.find((one) => one.id === id)!
  }

  takeBack(id: string): void {
    if (!this.all.current.some((one) => one.id === id)) {
      throw fail('input', 'neighbours/no-invitation', 'There is no such invitation')
    }
    this.#set(this.#open.filter((one) => one.id !== id))
  }

  async open(link: string, lasting: boolean): Promise<Device> {
    const { host, book, introduction, reach } = this.#world
    const { device, name, secret, until, addresses } = parseInvitation(link)
    const own = host.net.fingerprint
    if (device === own.toHex())
      throw fail('input', 'neighbours/ourselves', 'That is an invitation of this device itself')
    if (until <= host.clock.now()) throw late()
    using channel = await reach(device, addresses)
    const proof = proofOf(secret, idBytes(device), own)
    const body = encodeKnock({ ...introduction(), proof })
    const answer = await channel.ask({ method: 'POST', target: '/invited', body })
    const said = await wholeOf(answer, MOST_MESSAGE_BYTES)
    if (answer.status !== 200) throw late()
    const welcome = decodeIntroduction(said)
    const at = channel.remote.host === '' ? [] : [channel.remote]
    book.seen(device, { name: welcome.name || name, addresses: at })
    book.pair(device, lasting)
    return book.all.current.find((one) => one.id === device)!
  }

  /** Undefined for a question about something else. */
  async answer(question: PeerQuestion): Promise<OurAnswer | undefined> {
    if (question.target !== '/invited') return undefined
    if (question.method !== 'POST') return { status: 405 }
    if (question.fingerprint === undefined) return { status: 403 }
    const { host, book, introduction } = this.#world
    const { name, port, proof } = decodeKnock(await question.body(MOST_MESSAGE_BYTES))
    const knock = { proof, host: host.net.fingerprint, guest: question.fingerprint }
    const invited = knocked(this.#open, knock, host.clock.now())
    const id = deviceId(question.fingerprint)
    // Who was forgotten since does not come back by the same invitation.
    if (invited === undefined || (invited.again && !book.isPaired(id))) return { status: 403 }
    this.#set(invited.all)
    const { host: from } = question.remote
    book.seen(id, { name, addresses: from === '' ? [] : [{ host: from, port }] })
    if (!invited.again) {
      book.pair(id, invited.by.lasting)
      host.journal.tell('device/paired', id, { name: book.get(id)!.name, invited: true })
    }
    return { status: 200, body: encodeIntroduction(introduction()) }
  }

  #set(open: readonly Opened[]): void {
    this.#open = open
    const { host, addresses } = this.#world
    const invitations = open.map(({ id, secret, until, lasting, places, usedBy }) => ({
      id,
      secret,
      until,
      lasting: lasting ? 1 : 0,
      places: [...places],
      used: usedBy === undefined ? undefined : idBytes(usedBy),
    }))
    host.keep.set('invitations', open.length === 0 ? undefined : encode({ invitations }))
    const device = deviceId(host.net.fingerprint)
    this.all.set(
      open
        .filter(({ usedBy }) => usedBy === undefined)
        .map(({ id, secret, until, lasting, places }) => {
          const all = [...places.flatMap((one) => parseHostPort(one) ?? []), ...addresses()].slice(0, MOST_INVITED_AT)
          const link = formatInvitation({ device, name: host.self.device, secret, until, addresses: all })
          return { id, link, until, lasting }
        }),
    )
  }

  /** Links say where we are: written anew when that has changed. */
  moved(): void {
    this.#set(stillOpen(this.#open, this.#world.host.clock.now()))
  }
}

function late(): Error {
  return fail('unavailable', 'neighbours/uninvited', 'The invitation does not count any more', {
    hint: 'It was used, has ended, or was taken back. Ask for a new one.',
  })
}

/** Finds the numeric addresses of names among them; a name that has none is left out. */
export async function resolved(host: Host, places: readonly HostPort[]): Promise<readonly HostPort[]> {
  const all = await Promise.all(
    places.map(async ({ host: name, port }) => {
      const hosts = await host.names.resolve(name).catch((error: unknown) => {
        if (error instanceof FaultError) return []
        throw new FaultError(faultOf(error))
      })
      return hosts.map((one) => ({ host: one, port }))
    }),
  )
  return all.flat()
}

function keptInvitations({ keep }: Pick<Host, 'keep'>): readonly Opened[] {
  const bytes = keep.get('invitations')
  if (bytes === undefined) return []
  const read = attempt(() =>
    [...(decodeDict(bytes, { maxDepth: 4 }).list('invitations')?.needDicts() ?? [])].map((one): Opened => {
      const used = one.bytes('used')
      return {
        id: lossyText(one.needBytes('id')),
        secret: one.needBytes('secret').slice(),
        until: one.needInteger('until'),
        lasting: one.needInteger('lasting') === 1,
        places: [...(one.list('places')?.needBytes() ?? [])].map(lossyText),
        usedBy: used === undefined ? undefined : deviceId(used),
      }
    }),
  )
  return read.ok ? read.value : []
}
