import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { problem } from '@kith/api/fault.ts'
import { fileWindow, pieceMap, sourceView } from '@kith/api/transfer-parts.ts'
import type { FileWindow, SourceView } from '@kith/api/transfer-parts.ts'
import { transferDetails } from '@kith/api/transfers.ts'
import type { TransferDetails } from '@kith/api/transfers.ts'
import { encode } from '@kith/wire/bencode.ts'
import { hash } from '@kith/wire/hash/sha.ts'
import { app } from '../api/app.ts'
import type { TestWorld } from '../api/testing.ts'
import { testWorld } from '../api/testing.ts'
import { networks } from '../networks.ts'
import type { Supervised } from '../supervisor.ts'
import type { Entry } from '../transfers/entry.ts'
import { Kept, scratch } from '../transfers/test-kit/kept.ts'
import type { Transfers } from '../transfers/transfers.ts'
import { transferOperations } from './transfers.ts'

const bytes = Uint8Array.from({ length: 50_000 }, (_, at) => at * 7)
const pieceLength = 16_384
const pieces = [0, 1, 2, 3].map((at) => hash('sha1', bytes.subarray(at * pieceLength, (at + 1) * pieceLength)))
const info = { length: bytes.length, name: 'a.bin', 'piece length': pieceLength, pieces: Buffer.concat(pieces) }
const tracker = 'http://tracker.example/announce'
const torrent: Uint8Array = encode({ announce: tracker, comment: 'Made by hand', info })
const infoHash = hash('sha1', encode(info)).toHex()

/** The operations on these transfers, behind the API. No network is joined. */
function over(transfers: Transfers): TestWorld {
  const supervised = networks.map((network) => [network.id, { network, membership: undefined }] as const)
  return testWorld({
    handlers: transferOperations({
      clock: { now: () => 1_000, after: () => ({ [Symbol.dispose]() {} }) },
      transfers,
      networks: new Map(supervised) as unknown as ReadonlyMap<string, Supervised>,
      folder: async (path) => path,
    }),
  })
}

async function ask(world: TestWorld, path: string): Promise<Response> {
  return app(world).request(`/api/v1${path}`, { headers: { host: 'localhost:7337' } }, { socket: true })
}

/** Everything that the page shows of one transfer. */
async function shown(
  world: TestWorld,
  { record }: Entry,
): Promise<{ details: TransferDetails; files: FileWindow; sources: readonly SourceView[]; bar: number[] }> {
  const read = async (part: string): Promise<unknown> => {
    const response = await ask(world, `/transfers/${record.id}${part}`)
    const body = await response.text()
    assert.equal(response.status, 200, `${part} ${body}`)
    return JSON.parse(body)
  }
  return {
    details: transferDetails.parse(await read('')),
    files: fileWindow.parse(await read('/files')),
    sources: sourceView.array().parse(await read('/sources')),
    bar: [...Buffer.from(pieceMap.parse(await read('/pieces?buckets=4')).buckets, 'base64')],
  }
}

/** Waits for a state, generously. */
async function until(is: () => boolean): Promise<void> {
  const late = AbortSignal.timeout(60_000)
  while (!is()) {
    late.throwIfAborted()
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

const truncated = torrent.subarray(0, 40)
for (const [what, hint, code] of [
  ['cannot be read', truncated, 'bittorrent/hint'],
  [
    'is no description',
    encode({ info: encode({ name: 'a' }), trackers: [[tracker]] }),
    'bittorrent/metainfo-piece-length',
  ],
  ['is the description of something broken', encode({ info: truncated }), 'bittorrent/metainfo'],
] as const)
  test(`of a transfer of which what is kept ${what}, what is known is shown, and the fault`, async () => {
    await using folder = await scratch()
    const kept = new Kept()
    {
      await using first = await kept.open(folder.path, networks)
      await first.transfers.add(first.transfers.parseDocument(torrent), { paused: true })
    }
    for (const record of kept.records.values()) record.hints = new Map([['bittorrent', hint]])
    await using second = await kept.open(folder.path, networks)
    const world = over(second.transfers)
    const [entry] = second.transfers
    for (const state of ['paused', 'looking'] as const) {
      if (state === 'looking') await entry!.resume()
      const { details, files, sources, bar } = await shown(world, entry!)
      assert.equal(details.state, state)
      assert.equal(details.fault?.code, code)
      assert.equal(details.name, 'a.bin')
      assert.equal(details.size, bytes.length)
      assert.equal(details.links.length, 1)
      assert.ok(details.links[0]!.includes(infoHash))
      assert.equal(details.private, false)
      assert.equal(details.files, undefined)
      assert.deepEqual(details.gateways, [])
      assert.deepEqual([files.total, files.rows, sources, bar], [0, [], [], [0, 0, 0, 0]])
    }
    const document = await ask(world, `/transfers/${entry!.record.id}/document`)
    assert.equal(problem.parse(await document.json()).code, code)
    // Whoever adds it again, from the document, mends it.
    const again = await second.transfers.add(second.transfers.parseDocument(torrent))
    assert.equal(again.entry, entry)
    const mended = await shown(world, entry!)
    assert.equal(mended.details.fault, undefined)
    assert.equal(mended.details.comment, 'Made by hand')
    assert.equal(mended.files.total, 1)
  })

test('a link of which nothing else is known, at rest and at work', async () => {
  await using folder = await scratch()
  await using daemon = await new Kept().open(folder.path, networks)
  const world = over(daemon.transfers)
  const link = `magnet:?xt=urn:btih:${infoHash}&tr=${encodeURIComponent(tracker)}`
  const { entry } = await daemon.transfers.add(daemon.transfers.parseLink(link), { paused: true })
  for (const state of ['paused', 'looking'] as const) {
    if (state === 'looking') await entry.resume()
    const { details, files, sources, bar } = await shown(world, entry)
    assert.equal(details.state, state)
    assert.equal(details.fault, undefined)
    assert.deepEqual(details.links, [link])
    assert.deepEqual([details.size, details.files, details.pieces], [undefined, undefined, undefined])
    assert.equal(details.progress, 0)
    assert.deepEqual([files.total, sources, bar], [0, [], [0]])
  }
  const document = await ask(world, `/transfers/${entry.record.id}/document`)
  assert.equal(problem.parse(await document.json()).code, 'transfer/no-document')
})

test('a transfer that is being checked, rests, or has lost its files', async () => {
  await using folder = await scratch()
  const kept = new Kept()
  await writeFile(join(folder.path, 'a.bin'), bytes.with(40_000, 0))
  const gate = Promise.withResolvers<void>()
  kept.opened = (storage) => {
    const digests = storage.digests.bind(storage)
    storage.digests = async (...all) => {
      await gate.promise
      return digests(...all)
    }
  }
  await using daemon = await kept.open(folder.path, networks)
  const world = over(daemon.transfers)
  await using _gate = { [Symbol.asyncDispose]: async () => gate.resolve() }
  const { entry } = await daemon.transfers.add(daemon.transfers.parseDocument(torrent), { paused: true })
  await entry.recheck()
  await until(() => entry.state === 'checking')
  const checked = await shown(world, entry)
  assert.equal(checked.details.state, 'checking')
  assert.equal(checked.details.fault, undefined)
  assert.deepEqual([checked.details.pieces, checked.details.pieceLength], [4, pieceLength])
  assert.deepEqual([checked.files.total, checked.files.rows[0]?.path], [1, 'a.bin'])
  gate.resolve()
  await until(() => entry.transfer === undefined)

  const resting = await shown(world, entry)
  assert.equal(resting.details.state, 'paused')
  // The third of four pieces is wrong.
  const had = bytes.length - pieceLength
  assert.equal(resting.details.had, had)
  assert.equal(resting.files.rows[0]?.had, had)
  assert.deepEqual([resting.details.files, resting.details.comment], [1, 'Made by hand'])
  assert.ok(resting.bar[0] === 255 && resting.bar[3]! > 0 && resting.bar[3]! < 255, resting.bar.join())
  assert.deepEqual([resting.details.pieces, resting.details.pieceLength], [4, pieceLength])

  await rm(join(folder.path, 'a.bin'))
  await entry.resume()
  await until(() => entry.state === 'trouble')
  const troubled = await shown(world, entry)
  assert.equal(troubled.details.fault?.code, 'transfer/files-gone')
  assert.deepEqual([troubled.details.files, troubled.files.total], [1, 1])
  assert.deepEqual(troubled.sources, [])
})
