import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChannelAnswer } from '@kith/core/network/channel.ts'
import type { Host } from '@kith/core/network/host.ts'
import { Hours } from '@kith/core/network/test-kit/hours.ts'
import { Book } from '../book.ts'
import type { Lines } from '../lines.ts'
import type { Pairing } from '../talk/pairing.ts'
import { devices } from './devices.ts'

const id = 'ab'.repeat(32)

/** A device that shows digits, and answers our yes when the test says so. */
function world() {
  const clock = new Hours()
  const book = new Book({ get: () => undefined, set() {} }, clock)
  const yes = Promise.withResolvers<void>()
  const lines = {
    async ask(): Promise<ChannelAnswer> {
      await yes.promise
      return { status: 204, body: (async function* () {})() }
    },
  } as unknown as Lines
  const host = { clock, net: { fingerprint: new Uint8Array(32) } } as unknown as Host
  const shown = (digits: string, theirs: boolean): Pairing => {
    return { kind: 'shown', digits, theirs, ours: undefined, until: clock.now() + 60_000 }
  }
  book.setPairing(id, shown('111111', false))
  return { book, yes, shown, all: devices({ host, book, lines, introduction: () => ({ name: 'me', port: 1 }) }) }
}

test('who has said yes on both sides is paired', async () => {
  const { book, yes, all } = world()
  const accepted = all.accept(id, true)
  book.setPairing(id, { ...book.pairing(id)!, theirs: true })
  yes.resolve()
  await accepted
  assert.ok(book.isPaired(id))
})

test('a yes is for the digits that were compared: others that come meanwhile are to be compared too', async () => {
  const { book, yes, shown, all } = world()
  const accepted = all.accept(id, true)
  // The other side has taken it back and begun anew, and says yes to that.
  book.setPairing(id, shown('222222', true))
  yes.resolve()
  await accepted
  assert.ok(!book.isPaired(id))
})
