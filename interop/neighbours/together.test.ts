import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { NearbyPrinterView } from '@kith/api/printers.ts'
import type { Kith } from '../kith.ts'
import { canMakeNetworks, localNetwork, type Machine } from '../namespaces.ts'
import { ippeveprinter, pdf, type TestPrinter } from '../peers/ippeveprinter.ts'
import { openttd, openttdPlayer, openttdServer, said } from '../peers/openttd.ts'
import { needs, Program } from '../peers/process.ts'
import { pair, ready, start, temporary, until } from './people.ts'

const MIB = 1024 * 1024
/** What goes each way: the slow cable carries the page in a minute and the rest later, so nothing ends while it is looked at. */
const FILE_BYTES = 40 * MIB
const PAGE_BYTES = 24_000_000
const SLOW_MEGABITS = 8
const FAST_MEGABITS = 1_000
/** A cable that slow, on a machine that does other things too. */
const PATIENCE_MS = 120_000
const echoPort = 4_977

interface Side {
  readonly name: string
  readonly other: string
  readonly kith: Kith
  readonly machine: Machine
  readonly printer: TestPrinter
  readonly printerName: string
  readonly file: Uint8Array
  readonly page: Uint8Array
}

/** Plain TCP and UDP that answer what they are told: the least that a game needs. */
async function echo(machine: Machine, folder: string): Promise<AsyncDisposable> {
  const stack = new AsyncDisposableStack()
  const listen = async (name: string, address: string): Promise<void> => {
    const [command = '', ...within] = machine.within
    const args = [...within, 'socat', '-d', '-d', address, 'PIPE']
    const program = stack.use(await Program.start({ command, args, folder: join(folder, name) }))
    await said(program, /listening on/, `${name} is there`)
  }
  await listen('tcp', `TCP4-LISTEN:${echoPort},bind=127.0.0.1`)
  await listen('udp', `UDP4-LISTEN:${echoPort},bind=127.0.0.1`)
  return stack
}

/** One who plays it: says a line, and waits until it comes back. */
async function player(
  machine: Machine,
  folder: string,
  address: string,
): Promise<AsyncDisposable & { move(): Promise<void> }> {
  const [command = '', ...within] = machine.within
  const program = await Program.start({ command, args: [...within, 'socat', '-', address], folder, talks: true })
  let heard = ''
  program.child.stdout!.on('data', (data: Buffer) => (heard += data.toString('latin1')))
  let moves = 0
  return {
    async move() {
      const line = `move ${++moves}`
      const say = (): void => void program.child.stdin!.write(`${line}\n`)
      say()
      const back = async (): Promise<true | undefined> => {
        if (heard.includes(`${line}\n`)) return true
        // Datagrams may be lost on a full cable.
        if (address.startsWith('UDP')) say()
        return undefined
      }
      await until(back, `${address} answers ${line}`, PATIENCE_MS)
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  }
}

/** Lends the printer to the other side, and waits until it is there. */
async function lend(from: Side, to: Side): Promise<NearbyPrinterView> {
  await until(async () => {
    await from.kith.client.call('findPrinters')
    const found = (await from.kith.client.call('printers')).find(({ name }) => name === from.printerName)
    return found?.state === 'idle' || undefined
  }, `${from.printerName} is found`)
  await from.kith.client.call('grantPrinter', { params: { id: from.printerName }, body: { to: [to.name] } })
  return until(async () => {
    const all = await to.kith.client.call('nearbyPrinters')
    return all.find(({ name, state }) => name === from.printerName && state === 'idle')
  }, `${from.printerName} is nearby`)
}

/** Offers the file of one side to the other, who takes it; the id of the transfer there. */
async function send(from: Side, to: Side, folder: string): Promise<string> {
  const path = join(folder, `from-${from.name}.bin`)
  await writeFile(path, from.file)
  await ready(from.kith, await from.kith.client.call('send', { body: { path, to: [to.name] } }))
  const gift = await until(async () => (await to.kith.client.call('gifts'))[0], 'the gift is offered', PATIENCE_MS)
  return (await to.kith.client.call('takeGift', { params: { id: gift.id }, body: {} })).transfer.id
}

/** What is going on at one side at this moment, in words that say what is missing where something is. */
async function underWay({ kith, other }: Side, transfer: string): Promise<Readonly<Record<string, boolean>>> {
  const [file, jobs, offered, joined] = await Promise.all([
    kith.transfer(transfer),
    kith.client.call('printJobs'),
    kith.client.call('offeredGames'),
    kith.client.call('joinedGames'),
  ])
  const prints = (way: 'from here' | 'for others'): boolean =>
    jobs.some((job) => job.way === way && job.device?.name === other && job.state === 'sending' && job.bytes > 0)
  return {
    file: file.state === 'getting' && file.had > 0,
    'print from here': prints('from here'),
    'print for others': prints('for others'),
    'game of ours': offered.some(({ players }) => players.some(({ name }) => name === other)),
    'game of theirs': joined.some(({ device, path }) => device.name === other && path !== 'away'),
  }
}

test('files, print jobs, games and chat at the same time, each both ways', { timeout: 600_000 }, async (t) => {
  if (!(await canMakeNetworks(t))) return
  if (!needs(t, 'tc', 'socat', openttd, 'ippeveprinter', 'avahi-daemon', 'dbus-daemon', 'unshare')) return
  await using folder = await temporary()
  await using lan = await localNetwork(2)
  const [one, other] = lan.machines
  await using oak = await ippeveprinter(one!, join(folder.path, 'oak'), 'Oak')
  await using pine = await ippeveprinter(other!, join(folder.path, 'pine'), 'Pine')
  await using annsKith = await start(folder.path, 'ann', one!)
  await using bobsKith = await start(folder.path, 'bob', other!)
  await pair(annsKith, 'ann', bobsKith, 'bob')
  const pages = { ann: join(folder.path, 'ann.pdf'), bob: join(folder.path, 'bob.pdf') }
  const ann: Side = {
    name: 'ann',
    other: 'bob',
    kith: annsKith,
    machine: one!,
    printer: oak,
    printerName: 'Oak',
    file: randomBytes(FILE_BYTES + 1),
    page: await pdf(pages.ann, randomBytes(PAGE_BYTES)),
  }
  const bob: Side = {
    name: 'bob',
    other: 'ann',
    kith: bobsKith,
    machine: other!,
    printer: pine,
    printerName: 'Pine',
    file: randomBytes(FILE_BYTES + 2),
    page: await pdf(pages.bob, randomBytes(PAGE_BYTES)),
  }

  const [atBob, atAnn] = [await lend(bob, ann), await lend(ann, bob)]

  // Ann plays the game of Bob's machine, and Bob one of Ann's; nobody but their own machines could reach either.
  await using server = await openttdServer(other!, join(folder.path, 'server'), '127.0.0.1')
  await using _echo = await echo(one!, join(folder.path, 'echo'))
  await bob.kith.client.call('offerGame', { body: { game: 'openttd', to: ['ann'] } })
  const own = { title: 'Echo', tcp: [echoPort], udp: [echoPort], to: ['bob'] }
  await ann.kith.client.call('offerGame', { body: own })
  await ann.kith.client.call('joinGame', { body: { device: 'bob' } })
  const { ports } = await bob.kith.client.call('joinGame', { body: { device: 'ann' } })
  const local = (protocol: 'tcp' | 'udp'): number => ports.find((port) => port.protocol === protocol)!.local
  await using _player = await openttdPlayer(one!, join(folder.path, 'player'), 'Ann', '127.0.0.1:3979')
  await said(server, /Ann has joined the game/, 'Ann joins')
  await using overTcp = await player(other!, join(folder.path, 'over-tcp'), `TCP4:127.0.0.1:${local('tcp')}`)
  await using overUdp = await player(other!, join(folder.path, 'over-udp'), `UDP4:127.0.0.1:${local('udp')}`)
  await Promise.all([overTcp.move(), overUdp.move()])

  for (const machine of [one!, other!]) await machine.slow(SLOW_MEGABITS)
  const [toBob, toAnn] = await Promise.all([send(ann, bob, folder.path), send(bob, ann, folder.path)])
  await Promise.all([
    ann.kith.client.call('print', { body: { path: pages.ann, printer: atBob.id } }),
    bob.kith.client.call('print', { body: { path: pages.bob, printer: atAnn.id } }),
  ])

  const everything = async (): Promise<readonly (readonly [string, boolean])[]> => {
    const [atAnn, atBob] = await Promise.all([underWay(ann, toAnn), underWay(bob, toBob)])
    const named = (name: string, of: Readonly<Record<string, boolean>>): (readonly [string, boolean])[] =>
      Object.entries(of).map(([what, is]) => [`${name}: ${what}`, is])
    return [...named('ann', atAnn), ...named('bob', atBob)]
  }
  const heard = async (at: Side, from: Side, text: string): Promise<void> => {
    const look = async (): Promise<true | undefined> =>
      (await at.kith.client.call('messages', { params: { id: from.name } })).some(
        (message) => !message.own && message.from === from.name && message.text === text,
      ) || undefined
    await until(look, `${at.name} hears ${from.name}`, PATIENCE_MS)
  }

  await t.test('all of it is under way at the same moment, and they talk and play meanwhile', async () => {
    let missing: readonly string[] = []
    const all = async (): Promise<true | undefined> => {
      missing = (await everything()).filter(([, is]) => !is).map(([what]) => what)
      return missing.length === 0 || undefined
    }
    await until(all, 'all is under way', PATIENCE_MS).catch((error: unknown) => {
      throw new Error(missing.join(', '), { cause: error })
    })
    await Promise.all([
      ann.kith.client.call('say', { params: { id: 'bob' }, body: { text: 'is it printing?' } }),
      bob.kith.client.call('say', { params: { id: 'ann' }, body: { text: 'who wins?' } }),
    ])
    await Promise.all([
      heard(bob, ann, 'is it printing?'),
      heard(ann, bob, 'who wins?'),
      overTcp.move(),
      overUdp.move(),
    ])
    // What was said and played since then was so while everything else went on.
    assert.deepEqual(
      (await everything()).filter(([, is]) => !is),
      [],
    )
  })

  for (const machine of [one!, other!]) await machine.slow(FAST_MEGABITS)

  await t.test('the files are whole', async () => {
    const [atBob, atAnn] = await Promise.all([
      bob.kith.complete(toBob, PATIENCE_MS),
      ann.kith.complete(toAnn, PATIENCE_MS),
    ])
    assert.ok(Buffer.compare(await readFile(atBob.path!), ann.file) === 0)
    assert.ok(Buffer.compare(await readFile(atAnn.path!), bob.file) === 0)
  })

  await t.test('the pages are printed whole', async () => {
    for (const [from, to] of [
      [ann, bob],
      [bob, ann],
    ] as const) {
      const look = async (): Promise<true | undefined> =>
        (await to.printer.printed()).some((some) => Buffer.compare(some, from.page) === 0) || undefined
      await until(look, `the page of ${from.name} is printed`, PATIENCE_MS)
      for (const [side, way] of [
        [from, 'from here'],
        [to, 'for others'],
      ] as const) {
        const done = async (): Promise<true | undefined> => {
          const job = (await side.kith.client.call('printJobs')).find((one) => one.way === way)
          return (job?.state === 'done' && job.bytes === from.page.length) || undefined
        }
        await until(done, `${side.name} knows that it is`, PATIENCE_MS)
      }
    }
  })

  await t.test('the games go on', async () => {
    await Promise.all([overTcp.move(), overUdp.move()])
    assert.doesNotMatch(server.log(), /Ann has left the game/)
    assert.deepEqual(
      (await bob.kith.client.call('offeredGames'))[0]?.players.map(({ name }) => name),
      ['ann'],
    )
    assert.deepEqual(
      (await ann.kith.client.call('offeredGames'))[0]?.players.map(({ name }) => name),
      ['bob'],
    )
  })
})
