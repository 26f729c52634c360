import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { canMakeNetworks } from '../namespaces.ts'
import { needs } from '../peers/process.ts'
import { inside, pings, reaches } from './inside.ts'
import { lending } from './lending.ts'
import { outside } from './outside.ts'

const run = promisify(execFile)
/** Beyond the router that the borrower has over IPv6: the internet, and that of IPv4 by a translator (RFC 6052). */
const beyond = ['2001:db8:80::1', '64:ff9b::cb00:7150', 'fd80::1'] as const
const near = '2001:db8:9::3'

test('nothing goes around a lent connection over IPv6', { timeout: 300_000 }, async (t) => {
  if (!(await canMakeNetworks(t)) || !needs(t, '/usr/bin/ping', '/usr/bin/curl', '/usr/sbin/nft')) return
  await using set = await lending({
    machines: 3,
    async before([borrower, , third]) {
      for (const [machine, host] of [
        [borrower!, '1'],
        [third!, '3'],
      ] as const) {
        await inside(machine, 'ip', 'address', 'add', `2001:db8:9::${host}/64`, 'dev', 'eth0', 'nodad')
      }
      for (const address of beyond) await inside(third!, 'ip', 'address', 'add', `${address}/128`, 'dev', 'lo')
      await inside(borrower!, 'ip', '-6', 'route', 'add', 'default', 'via', near)
    },
  })
  const { ann, bob } = set
  const [one] = set.machines
  for (const address of beyond) await reaches(one!, address)

  await bob.client.call('grantInternet', { params: { id: 'ann' }, body: { whole: true } })
  await ann.client.call('useInternet', { body: { device: 'bob', whole: true } })
  await reaches(one!, outside)
  for (const address of beyond) assert.equal(await pings(one!, address), false, `${address} is beyond`)
  assert.equal(await inside(one!, 'curl', '-s', '-m', '5', `http://[${beyond[0]}]/`).catch(() => 'no'), 'no')
  // The local network stays.
  await reaches(one!, near)
  const { stdout } = await run(process.execPath, ['cli/kith.mjs', '--home', ann.home, 'internet', 'list'])
  assert.match(stdout, /nothing over IPv6/)

  // Away or killed, it stays closed: what was meant to go by the lender goes nowhere else.
  await bob.stop()
  for (const address of beyond) assert.equal(await pings(one!, address), false, `${address} while the lender is away`)
  await ann.kill()
  for (const address of beyond) assert.equal(await pings(one!, address), false, `${address} while nobody is there`)
  await ann.start()
  await ann.client.call('stopInternet', { params: { id: 'bob' } })
  for (const address of beyond) await reaches(one!, address)
  assert.doesNotMatch(await inside(one!, 'ip', '-6', 'route'), /proto 107/)
})
