import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { canMakeNetworks, type Machine } from '../namespaces.ts'
import { needs } from '../peers/process.ts'
import { inside, pings, reaches } from './inside.ts'
import { lending } from './lending.ts'
import {
  advertise,
  nearV6,
  outside,
  outsideV6,
  privateV6,
  routerV6,
  secondOutside,
  secondOutsideV6,
} from './outside.ts'
import { pair, start, until } from './people.ts'

const run = promisify(execFile)
const programs = ['/usr/bin/curl', '/usr/bin/ping', '/usr/bin/python3', '/usr/sbin/nft'] as const

/** What curl says, and how it ends, and in between what came. */
async function curl(machine: Machine, ...args: string[]): Promise<string> {
  const all = ['curl', '-s', '-m', '90', '-w', ' %{http_code}', ...args]
  return inside(machine, ...all).then(
    (text) => text,
    (error: { code: number }) => `ended ${error.code}`,
  )
}

/** The machine has its way out over IPv6 by what the router out there says, or has it no more. */
async function toldByRouter(machine: Machine, seconds: number): Promise<void> {
  await until(
    async () => {
      // An interface that has just come up says nothing for a while, and hears nothing.
      await advertise(machine, seconds).catch(() => {})
      const route = await inside(machine, 'ip', '-6', 'route', 'show', 'default')
      return route.includes('proto ra') === seconds > 0 || undefined
    },
    seconds > 0 ? 'a router is believed' : 'a router is one no longer',
  )
}

/** Sends one datagram through SOCKS 5 (RFC 1928 7) to an address of IPv6 and tells what comes back, and from where. */
async function udpThrough(machine: Machine, proxy: string, to: string, ms: number): Promise<string> {
  const [host, port] = proxy.split(':')
  const code = `
import socket, sys
control = socket.create_connection(('${host}', ${port}))
control.sendall(bytes([5, 1, 0]))
assert control.recv(2) == bytes([5, 0])
control.sendall(bytes([5, 3, 0, 1, 0, 0, 0, 0, 0, 0]))
answer = control.recv(64)
at = int.from_bytes(answer[-2:], 'big')
head = bytes([0, 0, 0, 4]) + socket.inet_pton(socket.AF_INET6, '${to}') + (7000).to_bytes(2, 'big')
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(0.3)
for _ in range(${Math.ceil(ms / 300)}):
    s.sendto(head + b'ping', ('127.0.0.1', at))
    try:
        back = s.recv(2048)
    except TimeoutError:
        continue
    print(back[3], socket.inet_ntop(socket.AF_INET6, back[4:20]), back[22:].decode())
    break`
  return (await inside(machine, 'python3', '-c', code)).trim()
}

test(
  'programs reach IPv6 by the proxy of a neighbour, and what is refused over IPv4 is refused there',
  {
    timeout: 600_000,
  },
  async (t) => {
    if (!(await canMakeNetworks(t)) || !needs(t, ...programs)) return
    await using set = await lending({ v6: true, before: ([, lender]) => toldByRouter(lender!, 1_800) })
    const { ann, bob } = set
    const [one, other] = set.machines
    await bob.client.call('grantInternet', { params: { id: 'ann' }, body: {} })
    const { proxy } = await ann.client.call('useInternet', { body: { device: 'bob' } })
    const page = `http://[${outsideV6}]/hello`
    const ways = [['--socks5-hostname'], ['--socks5'], ['--proxy'], ['--proxytunnel', '--proxy']] as const

    await t.test('by address and by name, in streams and in datagrams', async () => {
      assert.equal(await curl(one!, page), 'ended 7', 'not by itself')
      for (const way of ways) {
        assert.equal(await curl(one!, ...way, proxy, page), 'hello from outside 200', way.join(' '))
        assert.equal(await curl(one!, ...way, proxy, `http://[${outsideV6}]/who`), `${nearV6} 200`)
      }
      for (const way of ['--socks5-hostname', '--proxy']) {
        assert.equal(await curl(one!, way, proxy, 'http://outside-v6.test/hello'), 'hello from outside 200')
      }
      assert.equal(await udpThrough(one!, proxy, outsideV6, 60_000), `4 ${outsideV6} ping from outside`)
    })

    await t.test('not to the lender itself, nor to private networks, whatever form the address has', async () => {
      const own = ['::1', nearV6, '::', '::127.0.0.1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::1']
      const near = [...privateV6, routerV6, '::ffff:192.168.77.2', '::ffff:0:192.168.77.2', 'fe80::1', 'ff02::1']
      // What is refused would be there.
      for (const there of [...privateV6, routerV6]) await reaches(other!, there)
      for (const host of [...own, ...near]
        .map((address) => `[${address}]`)
        .concat('rebound-v6.test', 'inside-v6.test')) {
        assert.match(await curl(one!, '--proxy', proxy, `http://${host}/hello`), / 403$/, host)
        assert.equal(await curl(one!, '--socks5-hostname', proxy, `http://${host}/hello`), 'ended 97', host)
      }
      for (const host of ['fd80::1', '::ffff:192.168.77.2', '64:ff9b::c0a8:4d02']) {
        assert.equal(await udpThrough(one!, proxy, host, 1_500), '', host)
      }
    })

    await t.test('places of IPv6 are allowed and refused, and the local network is granted', async () => {
      const get = (host: string): Promise<string> => curl(one!, '--proxy', proxy, `http://[${host}]/hello`)
      await bob.client.call('grantInternet', { params: { id: 'ann' }, body: { refused: [`${secondOutsideV6}/128`] } })
      assert.match(await get(secondOutsideV6), / 403$/)
      assert.equal(await get(outsideV6), 'hello from outside 200')
      await bob.client.call('grantInternet', { params: { id: 'ann' }, body: { home: true } })
      assert.equal(await get(privateV6[0]), 'hello from outside 200')
      assert.match(await get(nearV6), / 403$/)
    })
  },
)

test('a neighbour lends its connection to a whole machine over IPv6 too', { timeout: 600_000 }, async (t) => {
  if (!(await canMakeNetworks(t)) || !needs(t, ...programs)) return
  await using set = await lending({
    v6: true,
    async before([, lender]) {
      await toldByRouter(lender!, 1_800)
      // An address of the lender that is on no network.
      await inside(lender!, 'ip', 'address', 'add', '2001:db8:9::9/128', 'dev', 'lo')
    },
  })
  const { ann, bob } = set
  const [one, other] = set.machines
  const get = (host: string, path = 'hello', seconds = 90): Promise<string> =>
    curl(one!, '-m', String(seconds), `http://${host.includes(':') ? `[${host}]` : host}/${path}`)
  const conduct = (name: string): Promise<string> =>
    inside(other!, 'sh', '-c', `cd /proc/sys/net/ipv6/conf; cat all/forwarding ${name}/forwarding ${name}/accept_ra`)

  await t.test('programs reach what only the neighbour can, by both kinds of addresses', async () => {
    assert.equal(await conduct('out0'), '0\n0\n1\n')
    const body = { whole: true, refused: [secondOutsideV6, '*:81'] }
    await bob.client.call('grantInternet', { params: { id: 'ann' }, body })
    const used = await ann.client.call('useInternet', { body: { device: 'bob', whole: true } })
    assert.deepEqual([used.whole, used.v6], [true, true])
    assert.equal(await get(outsideV6), 'hello from outside 200')
    assert.equal(await get(outsideV6, 'who'), `${nearV6} 200`, 'in the name of the lender')
    assert.equal(await get(outside), 'hello from outside 200')
    await reaches(one!, outsideV6)
    const { stdout } = await run(process.execPath, ['cli/kith.mjs', '--home', ann.home, 'internet', 'list'])
    assert.match(stdout, /all over IPv4 and IPv6/)
  })

  await t.test('what goes over IPv6 is counted', async () => {
    const before = (await bob.client.call('internet')).loans[0]!.down
    assert.match(await curl(one!, '-o', '/dev/null', `http://[${outsideV6}]/bytes/3000000`), / 200$/)
    await until(async () => {
      const [loan] = (await bob.client.call('internet')).loans
      return loan!.down - before > 3_000_000 || undefined
    }, 'it is counted')
  })

  await t.test('refusals hold: places, ports, private networks in all forms, the lender itself', async () => {
    const refused = [secondOutsideV6, ...privateV6, routerV6, nearV6, '2001:db8:9::9']
    for (const host of refused) {
      await reaches(other!, host)
      assert.equal(await pings(one!, host), false, host)
    }
    for (const host of refused) assert.match(await get(host, 'hello', 2), /^ended /, host)
    // A lender that is busy for a while is looked for in vain meanwhile, which ends otherwise.
    const silent = async (): Promise<true | undefined> =>
      (await curl(one!, '-m', '3', `http://[${outsideV6}]:81/`)) === 'ended 28' || undefined
    await until(silent, 'nothing answers, not even no')
    assert.equal(await curl(one!, `http://[${outsideV6}]:82/`), 'ended 7', 'somebody says no')
  })

  await t.test('the lender’s end of the way answers, and nothing else of its machine does', async () => {
    const [command = '', ...within] = other!.within
    const code = `require('node:net').createServer((s) => s.end('open')).listen(8080, '::', () => console.log('ready'))`
    const listening = spawn(command, [...within, process.execPath, '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise((resolve) => listening.once('exit', resolve))
    await new Promise((resolve) => listening.stdout.once('data', resolve))
    try {
      const shown = await inside(other!, 'ip', '-br', 'address')
      const [, text = ''] = /^kith\S*\s+\S+\s+(.*)$/m.exec(shown) ?? []
      const ends = text.split(/\s+/).flatMap((one) => (/^(10\.|fd)/.test(one) ? [one.split('/')[0]!] : []))
      assert.equal(ends.length, 2, shown)
      for (const end of ends) {
        const url = `http://${end.includes(':') ? `[${end}]` : end}:8080/`
        // To itself it is open.
        assert.equal(await inside(other!, 'curl', '-s', '--http0.9', '-m', '60', url), 'open')
        await reaches(one!, end)
        assert.equal(await curl(one!, '--http0.9', '-m', '3', url), 'ended 28', end)
      }
    } finally {
      listening.kill()
      await ended
    }
  })

  await t.test('the lender goes on believing its own router, as before', async () => {
    assert.equal(await conduct('out0'), '1\n0\n1\n')
    assert.match(await inside(other!, 'ip', '-6', 'route', 'show', 'default'), /proto ra/)
    await toldByRouter(other!, 0)
    assert.match(await get(outsideV6, 'hello', 5), /^ended /)
    await toldByRouter(other!, 1_800)
    await until(async () => (await get(outsideV6, 'hello', 10)) === 'hello from outside 200' || undefined, 'it is back')
  })

  await t.test(
    'what a killed lender leaves is taken away by the next; meanwhile nothing goes another way',
    async () => {
      await bob.kill()
      assert.match(await inside(other!, 'nft', 'list', 'tables'), /table ip6 kith_/)
      await inside(one!, 'ip', '-6', 'route', 'add', 'default', 'via', 'fe80::1', 'dev', 'eth0')
      assert.match(await inside(one!, 'ip', '-6', 'route', 'get', outsideV6), /dev kith/)
      await bob.start()
      await until(
        async () => (await get(outsideV6, 'hello', 5)) === 'hello from outside 200' || undefined,
        'it goes on',
      )
      const own = async (): Promise<true | undefined> =>
        (await inside(other!, 'nft', 'list', 'tables')).match(/kith_/g)?.length === 2 || undefined
      await until(own, 'only its own rules are there')
    },
  )

  await t.test('a borrower that is killed sends nothing over IPv6 until it is asked to', async () => {
    await ann.kill()
    const way = (): Promise<string> => inside(one!, 'ip', '-6', 'route', 'get', outsideV6).catch(() => 'unreachable')
    await until(async () => !/kith/.test(await way()) || undefined, 'the device is gone')
    assert.match(await way(), /unreachable/)
    await ann.start()
    await until(async () => (await get(outsideV6, 'hello', 5)) === 'hello from outside 200' || undefined, 'it goes on')
  })

  await t.test('taken back it ends at once, and leaves nothing behind', async () => {
    await bob.client.call('takeBackInternet', { params: { id: 'ann' } })
    assert.match(await get(outsideV6, 'hello', 5), /^ended /)
    const clean = async (): Promise<true | undefined> => {
      const left = (await inside(other!, 'nft', 'list', 'tables')) + (await inside(other!, 'ip', '-br', 'link'))
      return (!/kith/.test(left) && (await conduct('out0')) === '0\n0\n1\n') || undefined
    }
    await until(clean, 'the lender is as before')
    assert.equal((await inside(other!, 'cat', '/proc/sys/net/ipv4/ip_forward')).trim(), '0')
    assert.match(await inside(other!, 'ip', '-6', 'route', 'show', 'default'), /proto ra/)
    await ann.client.call('stopInternet', { params: { id: 'bob' } })
    for (const family of ['-4', '-6']) {
      assert.doesNotMatch(await inside(one!, 'ip', family, 'route'), /kith|proto 107/)
    }
    assert.match(await inside(one!, 'ip', '-6', 'route', 'get', outsideV6), /dev eth0/)
  })
})

test('a lender without a way out over IPv6 lends IPv4, and IPv6 stays closed', { timeout: 300_000 }, async (t) => {
  if (!(await canMakeNetworks(t)) || !needs(t, ...programs)) return
  await using set = await lending({ machines: 3, v6: true })
  const { ann, bob, folder } = set
  const [one, other, third] = set.machines
  await using cem = await start(folder, 'cem', third!)
  await pair(cem, 'cem', bob, 'bob')
  for (const id of ['ann', 'cem']) {
    await bob.client.call('grantInternet', { params: { id }, body: { whole: true, refused: [secondOutside] } })
  }
  const closed = await ann.client.call('useInternet', { body: { device: 'bob', whole: true } })
  assert.deepEqual([closed.whole, closed.v6], [true, false])
  assert.equal(await curl(one!, `http://${outside}/hello`), 'hello from outside 200')
  assert.equal(await curl(one!, '-m', '5', `http://[${outsideV6}]/hello`), 'ended 7')
  assert.doesNotMatch(await inside(other!, 'nft', 'list', 'tables'), /table ip6 kith_/)

  // Who comes once there is a way has it; the end of one leaves the other its own.
  await toldByRouter(other!, 1_800)
  const open = await cem.client.call('useInternet', { body: { device: 'bob', whole: true } })
  assert.equal(open.v6, true)
  assert.equal(await curl(third!, `http://[${outsideV6}]/hello`), 'hello from outside 200')
  await ann.client.call('stopInternet', { params: { id: 'bob' } })
  const alone = async (): Promise<true | undefined> =>
    (await inside(other!, 'nft', 'list', 'tables')).match(/kith_/g)?.length === 2 || undefined
  await until(alone, 'the rules of one are gone')
  assert.equal(await curl(third!, `http://${outside}/hello`), 'hello from outside 200')
  assert.equal(await curl(third!, `http://[${outsideV6}]/hello`), 'hello from outside 200')
  await cem.client.call('stopInternet', { params: { id: 'bob' } })
  const off = async (): Promise<true | undefined> => {
    const both = ['/proc/sys/net/ipv4/ip_forward', '/proc/sys/net/ipv6/conf/all/forwarding']
    return (await inside(other!, 'cat', ...both)) === '0\n0\n' || undefined
  }
  await until(off, 'nothing is passed on any more')
})
