import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { canMakeNetworks, localNetwork, type Machine } from '../namespaces.ts'
import { needs } from '../peers/process.ts'
import { behind, outside, secondOutside } from './outside.ts'
import { pair, start, temporary, until } from './people.ts'

const run = promisify(execFile)

interface Fetched {
  readonly status: string
  readonly body: string
  readonly code: number
}

/** What curl gets, and how it ends. */
async function curl(machine: Machine, ...args: string[]): Promise<Fetched> {
  const [command = '', ...within] = [...machine.within, 'curl', '-s', '-m', '90', '-w', '\n%{http_code}', ...args]
  const { stdout, code } = await run(command, within).then(
    (done) => ({ stdout: done.stdout, code: 0 }),
    (error: { stdout: string; code: number }) => ({ stdout: error.stdout, code: error.code }),
  )
  const cut = stdout.lastIndexOf('\n')
  return { status: stdout.slice(cut + 1), body: stdout.slice(0, cut), code }
}

/** Sends one datagram through SOCKS 5 (RFC 1928 7) and tells what comes back. */
async function udpThrough(machine: Machine, proxy: number, to: string, port: number, ms: number): Promise<string> {
  const code = `
    const control = require('node:net').connect(${proxy}, '127.0.0.1')
    control.write(Buffer.from([5, 1, 0]))
    const name = Buffer.from('${to}')
    control.once('data', () => {
      control.write(Buffer.from([5, 3, 0, 1, 0, 0, 0, 0, 0, 0]))
      control.once('data', (answer) => {
        const at = answer.readUInt16BE(answer.length - 2)
        const socket = require('node:dgram').createSocket('udp4')
        const datagram = Buffer.concat([
          Buffer.from([0, 0, 0, 3, name.length]), name, Buffer.from([${port >> 8}, ${port & 255}]), Buffer.from('ping'),
        ])
        socket.on('message', (message) => { console.log(message.subarray(10).toString()); process.exit() })
        setInterval(() => socket.send(datagram, at, '127.0.0.1'), 300)
      })
    })
    setTimeout(() => process.exit(), ${ms})`
  const [command, ...args] = [...machine.within, process.execPath, '-e', code]
  return (await run(command, args)).stdout.trim()
}

test('a neighbour lends its connection', { timeout: 600_000 }, async (t) => {
  if (!(await canMakeNetworks(t)) || !needs(t, '/usr/bin/curl')) return
  await using folder = await temporary()
  await using lan = await localNetwork(2)
  const [one, other] = lan.machines
  // Only bob's machine has a way to it.
  await using _world = await behind(other!)
  await using ann = await start(folder.path, 'ann', one!)
  await using bob = await start(folder.path, 'bob', other!)
  await pair(ann, 'ann', bob, 'bob')
  const page = `http://${outside}/hello`
  let proxy = ''

  await t.test('nobody has it without a grant, and who asks is seen', async () => {
    assert.notEqual((await curl(one!, page)).code, 0)
    assert.deepEqual(await ann.client.call('nearbyInternet'), [])
    await assert.rejects(ann.client.call('useInternet', { body: { device: 'bob' } }), /does not lend/)
    await ann.client.call('askInternet', { body: { device: 'bob' } })
    assert.deepEqual(
      (await bob.client.call('internet')).asks.map(({ name }) => name),
      ['ann'],
    )
  })

  await t.test('with a grant programs reach what only the neighbour can', async () => {
    await bob.client.call('grantInternet', { params: { id: 'ann' }, body: {} })
    assert.deepEqual((await bob.client.call('internet')).asks, [])
    const near = await until(async () => (await ann.client.call('nearbyInternet'))[0], 'it is nearby')
    assert.equal(near.device.name, 'bob')
    const used = await ann.client.call('useInternet', { body: { device: 'bob' } })
    proxy = used.proxy
    assert.equal(proxy, '127.0.0.1:1080')
    const wants = { status: '200', body: 'hello from outside', code: 0 }
    assert.deepEqual(await curl(one!, '--socks5-hostname', proxy, page), wants)
    assert.deepEqual(await curl(one!, '--socks5', proxy, page), wants)
    assert.deepEqual(await curl(one!, '--proxy', `http://${proxy}`, page), wants)
    assert.deepEqual(await curl(one!, '--proxytunnel', '--proxy', `http://${proxy}`, page), wants)
    // By a name that only the neighbour's machine knows.
    assert.deepEqual(await curl(one!, '--socks5-hostname', proxy, 'http://outside.test/hello'), wants)
    assert.deepEqual(await curl(one!, '--proxy', `http://${proxy}`, 'http://outside.test/hello'), wants)
    const posted = await curl(one!, '--proxy', `http://${proxy}`, '-d', 'x'.repeat(100_000), `http://${outside}/count`)
    assert.equal(posted.body, '100000')
  })

  await t.test('datagrams go by SOCKS too', async () => {
    assert.equal(await udpThrough(one!, 1080, outside, 7000, 90_000), 'ping from outside')
    assert.equal(await udpThrough(one!, 1080, 'outside.test', 7000, 90_000), 'ping from outside')
  })

  await t.test('both sides see what was used', async () => {
    const loan = await until(async () => {
      const [now] = (await bob.client.call('internet')).loans
      return now !== undefined && now.up > 100_000 ? now : undefined
    }, 'what was used is counted')
    assert.equal(loan.device.name, 'ann')
    assert.ok(loan.down > 100)
    // What the borrower shows is as old as the lender's last word about it.
    await until(async () => {
      const [used] = (await ann.client.call('internet')).borrowed
      return used !== undefined && used.up > 100_000 && used.down > 100 ? used : undefined
    }, 'what was borrowed is counted')
  })

  await t.test('the lender’s own machine and its local network are refused, by name too', async () => {
    const own = ['127.0.0.1', '[::1]', '0.0.0.0', 'localhost', other!.address, 'rebound.test', '[::ffff:127.0.0.1]']
    const near = [one!.address, '10.71.0.77', '192.168.77.2', '169.254.1.1', 'inside.test']
    for (const host of [...own, ...near]) {
      const { status } = await curl(one!, '--proxy', `http://${proxy}`, `http://${host}:8080/`)
      assert.equal(status, '403', host)
      const socks = await curl(one!, '--socks5-hostname', proxy, `http://${host}:8080/`)
      assert.equal(socks.code, 97, `${host} by SOCKS`)
    }
    assert.equal(await udpThrough(one!, 1080, 'rebound.test', 7000, 2_000), '')
    assert.equal(await udpThrough(one!, 1080, '192.168.77.2', 7000, 2_000), '')
  })

  await t.test('with the local network granted it is reached, and the own machine is not', async () => {
    await bob.client.call('grantInternet', { params: { id: 'ann' }, body: { home: true } })
    const inside = await curl(one!, '--proxy', `http://${proxy}`, 'http://192.168.77.2/hello')
    assert.equal(inside.body, 'hello from outside')
    assert.equal((await curl(one!, '--proxy', `http://${proxy}`, 'http://192.168.77.1:8080/')).status, '403')
  })

  await t.test('places that are not granted are refused', async () => {
    await bob.client.call('grantInternet', { params: { id: 'ann' }, body: { allowed: ['outside.test', '*:81'] } })
    const get = async (url: string): Promise<string> => (await curl(one!, '--proxy', `http://${proxy}`, url)).status
    assert.equal(await get('http://outside.test/hello'), '200')
    assert.equal(await get(page), '403')
    await bob.client.call('grantInternet', { params: { id: 'ann' }, body: { refused: [secondOutside, '*:81'] } })
    assert.equal(await get(page), '200')
    assert.equal(await get(`http://${secondOutside}/hello`), '403')
    assert.equal(await get(`http://${outside}:81/`), '403')
    await assert.rejects(
      bob.client.call('grantInternet', { params: { id: 'ann' }, body: { refused: ['not a place'] } }),
      /no place/,
    )
  })

  await t.test('it goes no faster than granted', async () => {
    const body = { downLimit: 500_000 }
    await bob.client.call('grantInternet', { params: { id: 'ann' }, body })
    const begun = Date.now()
    const got = await curl(one!, '--socks5', proxy, '-o', '/dev/null', `http://${outside}/bytes/1500000`)
    assert.equal(got.status, '200')
    const seconds = (Date.now() - begun) / 1000
    // 1.5 MB less a quarter of a second's burst, and what is in buffers, at 0.5 MB/s.
    assert.ok(seconds > 1.5, `${seconds} s`)
  })

  await t.test('it goes no further than the volume', async () => {
    const { down, up } = (await bob.client.call('internet')).loans[0]!
    const volume = down + up + 1_000_000
    await bob.client.call('grantInternet', { params: { id: 'ann' }, body: { volume } })
    const got = await curl(one!, '--socks5', proxy, '-o', '/dev/null', `http://${outside}/bytes/50000000`)
    assert.notEqual(got.code, 0)
    const [loan] = (await bob.client.call('internet')).loans
    assert.equal(loan!.state, 'over')
    assert.ok(loan!.down + loan!.up < volume + 2_000_000, `${loan!.down + loan!.up} of ${volume}`)
    assert.notEqual((await curl(one!, '--socks5', proxy, page)).code, 0)
  })

  await t.test('grants and use last over restarts', async () => {
    await bob.client.call('grantInternet', { params: { id: 'ann' }, body: { refused: ['*:81'] } })
    await bob.stop()
    await bob.start()
    await ann.stop()
    await ann.start()
    const fetched = async (): Promise<true | undefined> =>
      (await curl(one!, '--socks5', proxy, page)).status === '200' || undefined
    await until(fetched, 'it is used as before')
    assert.deepEqual((await bob.client.call('internet')).loans[0]!.refused, ['*:81'])
  })

  await t.test('what is taken back, or switched off, ends at once', async () => {
    for (const end of ['takeBack', 'switch'] as const) {
      const before = (await bob.client.call('internet')).loans[0]?.down ?? 0
      await bob.client.call('grantInternet', { params: { id: 'ann' }, body: { downLimit: 200_000 } })
      const [command, ...args] = [...one!.within, 'curl', '-s', '-o', '/dev/null', '--socks5', proxy]
      const going = spawn(command, [...args, `http://${outside}/bytes/100000000`])
      const ended = new Promise<number | null>((resolve) => going.once('exit', resolve))
      await until(async () => {
        const [loan] = (await bob.client.call('internet')).loans
        return loan !== undefined && loan.connections > 0 && loan.down > before + 100_000 ? loan : undefined
      }, 'it flows')
      if (end === 'takeBack') await bob.client.call('takeBackInternet', { params: { id: 'ann' } })
      else await bob.client.call('lendInternet', { body: { on: false } })
      // Curl says so when what it fetches breaks off; it would take minutes to its end.
      assert.notEqual(await ended, 0)
      assert.notEqual((await curl(one!, '--socks5', proxy, page)).code, 0)
    }
    await until(async () => {
      const [used] = (await ann.client.call('internet')).borrowed
      return used?.state === 'refused' ? used : undefined
    }, 'the borrower sees it')
    await bob.client.call('lendInternet', { body: { on: true } })
    assert.equal((await curl(one!, '--socks5', proxy, page)).status, '200')
  })

  await t.test('who stops has no proxy any more', async () => {
    await ann.client.call('stopInternet', { params: { id: 'bob' } })
    assert.equal((await curl(one!, '--socks5', proxy, page)).code, 7)
  })
})
