import { fail } from '@kith/core/fault/fault.ts'
import type { PeerQuestion, OurAnswer } from '@kith/core/network/channel.ts'
import type { Devices } from '@kith/core/network/devices.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Book } from '../book.ts'
import { type Lines, wholeOf } from '../lines.ts'
import { answered, asking, commitmentTo, NONCE_BYTES, shownByAsked, shownByAsker } from '../talk/pairing.ts'
import { deviceId, idBytes } from '../wire/device-id.ts'
import {
  decodeIntroduction,
  decodeNumber,
  decodePairRequest,
  encodeIntroduction,
  encodeNumber,
  encodePairRequest,
  type Introduction,
  MOST_MESSAGE_BYTES,
} from '../wire/messages.ts'

/** Devices that ask at once; more would only hide the one that is meant. */
const MOST_PAIRINGS = 8

export interface DevicesWorld {
  readonly host: Host
  readonly book: Book
  readonly lines: Lines
  /** Who we are, as a device of that id has to know. */
  introduction(): Introduction
}

/** Our side of pairing, and of finding by address. */
export function devices({ host, book, lines, introduction }: DevicesWorld): Devices {
  const own = host.net.fingerprint
  const post = async (id: string, target: string, body?: Uint8Array): Promise<Uint8Array> => {
    const answer = await lines.ask(id, { method: 'POST', target, ...(body === undefined ? {} : { body }) })
    return wholeOf(answer, MOST_MESSAGE_BYTES)
  }
  return {
    all: book.all,
    async meet(at) {
      using channel = await host.channels.dial(at, undefined)
      const answer = await channel.ask({ method: 'GET', target: '/device' })
      const { name } = decodeIntroduction(await wholeOf(answer, MOST_MESSAGE_BYTES))
      const id = deviceId(channel.fingerprint)
      if (id === own.toHex()) throw fail('input', 'neighbours/ourselves', 'That is this device itself')
      book.seen(id, { name, addresses: [at] })
      return book.all.current.find((one) => one.id === id)!
    },
    async pair(id) {
      if (book.isPaired(id)) throw fail('input', 'neighbours/paired', 'That device is paired already')
      if (book.pairing(id) !== undefined) return
      const begun = asking(host.random.bytes(NONCE_BYTES), host.clock.now())
      book.setPairing(id, begun)
      try {
        const commitment = commitmentTo(begun.number)
        const number = decodeNumber(await post(id, '/pair', encodePairRequest({ ...introduction(), commitment })))
        if (book.pairing(id) !== begun) return
        book.setPairing(id, shownByAsker(begun, own, idBytes(id), number))
        await post(id, '/pair/number', encodeNumber(begun.number))
      } catch (error) {
        if (book.pairing(id)?.kind === 'asking') book.setPairing(id, undefined)
        throw error
      }
    },
    async accept(id, lasting) {
      const pairing = book.pairing(id)
      if (pairing?.kind !== 'shown') {
        throw fail('input', 'neighbours/no-digits', 'There are no digits to compare', {
          hint: 'Pair the devices again.',
        })
      }
      book.setPairing(id, { ...pairing, ours: { lasting } })
      await post(id, '/pair/yes')
      // The same digits: it may have begun anew meanwhile.
      const now = book.pairing(id)
      if (now?.kind === 'shown' && now.digits === pairing.digits && now.theirs) book.pair(id, lasting)
    },
    async forget(id) {
      const known = book.get(id)
      if (known === undefined) throw fail('input', 'neighbours/unknown', 'There is no such device')
      // Begun before its addresses are forgotten too; whether it hears of it or not, from now on it is a stranger.
      const telling = post(id, '/pair/no').catch(() => {})
      book.forget(id)
      await telling
    },
  }
}

/** Their side of pairing. Undefined for a question that is about something else. */
export async function answerPairing(
  { host, book, introduction }: DevicesWorld,
  question: PeerQuestion,
): Promise<OurAnswer | undefined> {
  if (question.method === 'GET' && question.target === '/device') {
    return { status: 200, body: encodeIntroduction(introduction()) }
  }
  if (!question.target.startsWith('/pair')) return undefined
  if (question.method !== 'POST') return { status: 405 }
  if (question.fingerprint === undefined) return { status: 403 }
  const own = host.net.fingerprint
  const id = deviceId(question.fingerprint)
  const pairing = book.pairing(id)
  switch (question.target) {
    case '/pair': {
      const { name, port, commitment } = decodePairRequest(await question.body(MOST_MESSAGE_BYTES))
      // Both asked at once: the one whose name comes first has asked.
      const ours = pairing?.kind === 'asking' && own.toHex() < id
      if (pairing !== undefined && (ours || pairing.ours !== undefined)) return { status: 409 }
      if (pairing === undefined && book.pairings >= MOST_PAIRINGS) return { status: 429 }
      const number = host.random.bytes(NONCE_BYTES)
      const { host: from } = question.remote
      // Who calls through another device is not where that one is.
      book.seen(id, { name, addresses: from === '' ? [] : [{ host: from, port }] })
      book.setPairing(id, answered(number, commitment, host.clock.now()))
      return { status: 200, body: encodeNumber(number) }
    }
    case '/pair/number': {
      if (pairing?.kind !== 'answered') return { status: 409 }
      const number = decodeNumber(await question.body(MOST_MESSAGE_BYTES))
      const shown = shownByAsked(pairing, idBytes(id), own, number)
      book.setPairing(id, shown)
      if (shown === undefined) return { status: 400 }
      host.journal.tell('device/pairing', id, { name: book.get(id)!.name, digits: shown.digits })
      return { status: 204 }
    }
    case '/pair/yes': {
      if (pairing?.kind !== 'shown') return { status: 409 }
      if (pairing.ours === undefined) book.setPairing(id, { ...pairing, theirs: true })
      else book.pair(id, pairing.ours.lasting)
      return { status: 204 }
    }
    case '/pair/no':
      if (book.isPaired(id) || pairing !== undefined) book.forget(id)
      return { status: 204 }
    default:
      return { status: 404 }
  }
}
