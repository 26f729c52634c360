import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { FaultError } from '@kith/core/fault/fault.ts'
import type { UserCommand } from '../wire/user-command.ts'
import { fillCommand } from '../wire/user-command.ts'
import { escapeAdc } from '../wire/adc-line.ts'
import { readCommand } from '../wire/nmdc-command.ts'
import { escapeNmdc } from '../wire/nmdc-text.ts'
import type { HubUser } from '../wire/hub-user.ts'
import type { Hub } from './hub.ts'
import { Menu } from './menu.ts'

const user = (nick: string): HubUser => ({
  id: nick,
  nick,
  description: '',
  client: '',
  shared: 0,
  slots: 1,
  active: true,
  tls: false,
  bot: false,
  operator: false,
  away: false,
})

/** A hub of NMDC, as far as a menu uses one. */
function hub(said: string[]): Hub {
  const users = new Map([user('me'), user('ada')].map((one) => [one.id, one]))
  const talk = { id: 'me', users, raw: (text: string) => void said.push(text) }
  return { name: 'Hub', given: 'dchub://h', address: { protocol: 'nmdc' }, talk, flush: () => {} } as unknown as Hub
}

const kick = readCommand('1 2 Ops\\Kick$$Kick %[nick]|<%[mynick]> bye %[line:Why?] from %[userNI]|')!

test('a hub offers something, it is asked for, and sent with who and why in it', () => {
  const [menu, said] = [new Menu(), [] as string[]]
  menu.heard(kick)
  menu.heard({ ...kick, kind: 'separator' })
  const [offered] = menu.list()
  assert.deepEqual(menu.list(), [{ id: offered!.id, path: ['Ops', 'Kick'], aboutSomebody: true, asks: ['Why?'] }])
  menu.run(hub(said), offered!.id, { 'Why?': 'flood | $Quit' }, user('ada'))
  assert.deepEqual(said, ['$Kick ada|<me> bye flood &#124; &#36;Quit from ada|'])
  const bad = (error: FaultError): boolean => error.fault.code === 'directconnect/no-command'
  assert.throws(() => menu.run(hub(said), offered!.id, {}, undefined), bad)
  assert.throws(() => menu.run(hub(said), 'no such', {}, undefined), bad)
  menu.heard(readCommand('255 2')!)
  assert.deepEqual(menu.list(), [])
})

test('a hub that offers without end is not remembered without end', () => {
  const menu = new Menu()
  for (let at = 0; at < 2_000; at++) menu.heard({ ...kick, path: [`${at}`] })
  assert.equal(menu.list().length, 500)
})

test('no value of anybody ends a line', () => {
  const command = (text: string): UserCommand => ({ ...kick, text })
  fc.assert(
    fc.property(fc.string(), (value) => {
      const values = { nick: value }
      assert.doesNotMatch(fillCommand(command('%[nick]'), values, {}, escapeNmdc), /[|$]/)
      assert.doesNotMatch(fillCommand(command('%[nick]'), values, {}, escapeAdc), /[ \n]/)
      assert.equal(fillCommand(command('%[constructor]%[line:toString]'), values, {}, escapeAdc), '')
    }),
  )
})
