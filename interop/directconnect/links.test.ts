import assert from 'node:assert/strict'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatMagnet } from '@kith/directconnect/wire/links.ts'
import { command, lines } from '../command.ts'
import { Kith } from '../kith.ts'
import { bytesFrom, put, scratch, tree } from '../material.ts'
import { until } from '../peers/client.ts'
import { Ncdc } from '../peers/ncdc.ts'
import { freePort, needs } from '../peers/process.ts'
import { Uhub } from '../peers/uhub.ts'
import { OnHub, sharesOf } from './on-hub.ts'

type Gateway = { address: string; state: string; note?: string; transfer?: string }

const hubsOf = async (kith: Kith): Promise<Gateway[]> =>
  JSON.parse(await command(kith, '--json', 'net', 'gateways', 'directconnect')) as Gateway[]

test('links to hubs of every kind, typed at the command line, lead there and stay', { timeout: 600_000 }, async (t) => {
  if (!needs(t, 'uhub', 'ncdc', 'tmux')) return
  await using at = await scratch()
  await using uhub = await Uhub.start(at.at('uhub'))
  const port = await freePort()
  await using own = await Kith.start(at.at('own'), [
    `directconnect.directoryPort=${port}`,
    'directconnect.directory=true',
    'directconnect.directoryName=Ours',
  ])
  await own.client.call('register', {
    params: { id: 'directconnect', nick: 'kith' },
    body: { password: 'sesame', rank: 'registered' },
  })
  await using kith = await Kith.start(at.at('kith'), ['directconnect.nick=kith'])

  assert.match(await command(kith, 'add', uhub.address), /^adc:\S+ +attached +Test hub, \d users?$/m)
  // The password is in the link; nobody is shown it.
  for (const scheme of ['dchub', 'nmdcs', 'adc', 'adcs']) {
    const said = await command(kith, 'add', `${scheme}://kith:sesame@127.0.0.1:${port}`)
    assert.match(said, new RegExp(`^${scheme}://127\\.0\\.0\\.1:${port} +attached +Ours`, 'm'))
    assert.doesNotMatch(said, /sesame/)
    // One nick is there once.
    await command(kith, 'net', 'detach', 'directconnect', `${scheme}://127.0.0.1:${port}`)
    await until(async () => {
      const { directory } = await own.client.call('network', { params: { id: 'directconnect' } })
      return directory?.counts['users'] === 0
    })
  }
  await kith.stop()
  await kith.start()
  await until(async () => (await hubsOf(kith)).every(({ state }) => state === 'attached'))
  assert.deepEqual(
    (await hubsOf(kith)).map(({ address }) => address),
    [uhub.address],
  )

  // What is wrong is said in words, and does not look like success.
  const failed = async (...words: string[]): Promise<string> => {
    const error = await command(kith, ...words).then(
      () => assert.fail(`${words.join(' ')} seemed to work`),
      (thrown: { stderr: string }) => thrown.stderr,
    )
    return error
  }
  assert.match(await failed('add', 'adc://127.0.0.1'), /is no address of a hub.*\n.*adc:\/\/host:port/)
  const wrong = await failed('add', `adc://kith:wrong@127.0.0.1:${port}`)
  assert.match(wrong, /password/i)
  assert.match(wrong, /net detach directconnect adc:\/\/127/)
  assert.match(await failed('add', `dchub://127.0.0.1:${await freePort()}`), /Nobody listens/)
})

test(
  'a magnet link that names a hub and a user there is fetched, and the hub is left',
  { timeout: 600_000 },
  async (t) => {
    if (!needs(t, 'uhub', 'ncdc', 'tmux')) return
    await using at = await scratch()
    const shared = at.at('nc')
    await put(join(shared, 'one.bin'), bytesFrom('one', 2_000_000))
    await put(join(shared, 'two.bin'), bytesFrom('two', 3_000_000))
    await using uhub = await Uhub.start(at.at('uhub'))
    await using ncdc = await Ncdc.start(at.at('ncdc'), 'ncdc')
    await ncdc.share(shared, 'nc')
    await ncdc.join(uhub.address)
    await using kith = await Kith.start(at.at('kith'), ['directconnect.nick=kith'])
    await put(at.at('secret', 'ours.bin'), bytesFrom('ours', 1_000))
    await kith.client.call('shareFolder', { body: { path: at.at('secret') } })
    await until(async () => (await kith.client.call('hashing')).known.files === 1)

    // What somebody else on the hub sees of us.
    await using witness = await OnHub.start(uhub.address, [], { nick: 'Witness' })
    const seen = (): number | undefined =>
      witness.member.chat.people(uhub.address).find(({ peer }) => peer.name === 'kith')?.shared
    const links = (await sharesOf(shared)).map(({ content }) => formatMagnet(content)!)
    // One says who has it; the other one is looked for on the hub.
    const [one, two] = [`${links[0]!}&xs=${uhub.address}/ncdc`, `${links[1]!}&xs=${encodeURIComponent(uhub.address)}`]
    const added = (await lines(kith, 'add', '--to', at.at('got'), '--paused', one, two)) as {
      transfer: { id: string }
    }[]
    assert.deepEqual(await hubsOf(kith), [])
    for (const { transfer } of added) await command(kith, 'resume', transfer.id)
    let shown: number | undefined
    await until(async () => (shown = seen()) !== undefined)
    assert.equal(shown, 0, 'we are there for the files only')
    for (const { transfer } of added) await kith.complete(transfer.id)
    assert.deepEqual(await tree(at.at('got')), await tree(shared))
    await until(async () => seen() === undefined)
    assert.deepEqual(await hubsOf(kith), [])
  },
)

/** A hub that sends everybody elsewhere; says how many came. */
async function redirector(to: (own: string) => string): Promise<AsyncDisposable & { address: string; came: number }> {
  let came = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    came++
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    socket.write('$Lock EXTENDEDPROTOCOLabc Pk=x|')
    socket.on('data', (text) => {
      if (String(text).includes('$ValidateNick')) socket.end(`$Supports NoHello|$Hello kith|$ForceMove ${to(address)}|`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `dchub://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    address,
    get came() {
      return came
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('a hub that sends us elsewhere is followed, one that does so for ever is not', { timeout: 300_000 }, async (t) => {
  if (!needs(t, 'uhub')) return
  await using at = await scratch()
  await using uhub = await Uhub.start(at.at('uhub'))
  await using kith = await Kith.start(at.at('kith'), ['directconnect.nick=kith'])
  await using onwards = await redirector(() => uhub.address)
  const said = await command(kith, 'add', onwards.address)
  assert.ok(said.includes(`attached`) && said.includes(`sent on to ${uhub.address}`), said)
  assert.equal(onwards.came, 1)
  await using forEver = await redirector((own) => own)
  await assert.rejects(command(kith, 'add', forEver.address), /The hub has sent us elsewhere/)
  assert.ok(forEver.came >= 2 && forEver.came <= 10, `${forEver.came} came`)
  await until(async () => (await hubsOf(kith)).filter(({ state }) => state === 'attached').length === 1)
})
