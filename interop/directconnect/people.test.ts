import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { BrowsedRow, BrowseView } from '@kith/api/browse.ts'
import type { FoundRow } from '@kith/api/find.ts'
import type { PersonView } from '@kith/api/talk.ts'
import { command, lines } from '../command.ts'
import { Kith } from '../kith.ts'
import { bytesFrom, put, scratch, tree } from '../material.ts'
import { until } from '../peers/client.ts'
import { Ncdc } from '../peers/ncdc.ts'
import { needs } from '../peers/process.ts'
import { Uhub } from '../peers/uhub.ts'

async function browsed(kith: Kith, peer: string): Promise<BrowseView> {
  let view = await kith.client.call('browse', { body: { peer, again: true } })
  await until(async () => {
    view = await kith.client.call('browsed', { params: { id: view.id } })
    return view.state !== 'reading'
  })
  return view
}

test(
  'on a uhub, what ncdc shares is a tree that is fetched as it is, and both talk',
  { timeout: 300_000 },
  async (t) => {
    if (!needs(t, 'uhub', 'ncdc', 'tmux')) return
    await using at = await scratch()
    const shared = at.at('nc')
    await put(join(shared, 'album', 'one ü.bin'), bytesFrom('one', 300_000))
    await put(join(shared, 'album', 'live', 'two.bin'), bytesFrom('two', 5_000))
    await put(join(shared, 'album', 'live', 'three.bin'), bytesFrom('three', 7_000))
    await put(join(shared, 'other.bin'), bytesFrom('other', 9_000))
    await put(join(shared, 'demos', 'four.bin'), bytesFrom('four', 3_000))
    await put(join(shared, 'demos', 'early', 'five.bin'), bytesFrom('five', 4_000))
    await using uhub = await Uhub.start(at.at('uhub'))
    await using ncdc = await Ncdc.start(at.at('ncdc'), 'ncdc')
    await ncdc.share(shared, 'nc')
    await ncdc.join(uhub.address)
    await using kith = await Kith.start(at.at('kith'), ['directconnect.nick=kith'])
    // The hub is entered by hand, and stays ours over a restart.
    await kith.client.call('attach', { params: { id: 'directconnect' }, body: { address: uhub.address } })
    await kith.stop()
    await kith.start()
    let person: PersonView | undefined
    await until(async () => {
      person = (await kith.client.call('people', { query: { filter: 'ncdc' } })).rows[0]
      return person?.shared === 328_000
    })
    assert.equal(person!.browse, true)
    assert.match(person!.client!, /ncdc/)

    // Browsing: the tree, folder by folder, and words in it.
    let view = await browsed(kith, person!.peer)
    await until(async () => {
      if (view.files < 6) view = await browsed(kith, person!.peer)
      return view.files === 6
    })
    assert.deepEqual([view.state, view.bytes, view.name], ['done', 328_000, 'ncdc'])
    const params = { id: view.id }
    const rows = async (query: object): Promise<readonly BrowsedRow[]> =>
      (await kith.client.call('browsedRows', { params, query })).rows
    assert.deepEqual(
      (await rows({ path: 'nc/album' })).map(({ kind, name, size, files }) => [kind, name, size, files]),
      [
        ['folder', 'live', 12_000, 2],
        ['file', 'one ü.bin', 300_000, undefined],
      ],
    )
    assert.deepEqual(
      (await rows({ path: 'nc', filter: 'live T' })).map(({ path }) => path),
      ['nc/album/live/three.bin', 'nc/album/live/two.bin'],
    )
    await assert.rejects(rows({ path: 'nc/none' }), /There is no folder/)

    // A folder is fetched as it is, a transfer for each file.
    const got = await kith.client.call('getBrowsed', {
      params,
      body: { paths: ['nc/album'], directory: at.at('got') },
    })
    assert.deepEqual([got.added, got.duplicates, got.skipped], [3, 0, 0])
    for (const id of got.transfers) await kith.complete(id)
    assert.deepEqual(await tree(at.at('got', 'album')), await tree(join(shared, 'album')))
    const [label] = Object.keys((await kith.client.call('transfers', { query: {} })).labels)
    assert.equal(label, 'album')
    assert.ok((await rows({ path: 'nc/album/live' })).every(({ transfer }) => transfer !== undefined))

    // The same by the command line.
    const listed = (await lines(kith, 'browse', 'ncdc', 'nc')) as BrowsedRow[]
    assert.deepEqual(
      listed.map(({ name }) => name),
      ['album', 'demos', 'other.bin'],
    )
    let found: FoundRow | undefined
    await until(async () => {
      found = ((await lines(kith, 'find', 'other', '--wait', '15', '--net', 'directconnect')) as FoundRow[])[0]
      return found !== undefined
    })
    assert.equal(found!.name, 'other.bin')
    await command(kith, 'get', `${found!.row}`, '--to', at.at('single'), '--wait')
    assert.deepEqual(Object.values(await tree(at.at('single'))), [(await tree(shared))['other.bin']])
    assert.match(await command(kith, 'people'), /ncdc/)

    // A folder that is found is fetched as it is, straight from its row.
    let folder: FoundRow | undefined
    await until(async () => {
      const folders = (await lines(kith, 'find', 'demos', '--type', 'folder', '--wait', '8')) as FoundRow[]
      folder = folders.find(({ name, medium }) => name === 'demos' && medium === 'folder')
      return folder !== undefined
    })
    const fetched = await lines(kith, 'get', `${folder!.row}`, '--to', at.at('folder'), '--wait')
    assert.equal(fetched.length, 2)
    assert.deepEqual(await tree(at.at('folder', 'demos')), await tree(join(shared, 'demos')))

    // Talk: in the room, and between us.
    const room = (await kith.client.call('rooms')).find(({ kind }) => kind === 'public')!
    assert.equal(room.title, 'Test hub')
    await command(kith, 'chat', room.title, 'hello', 'from', 'kith')
    await until(async () => (await ncdc.screen()).includes('<kith> hello from kith'))
    await ncdc.type('and back')
    await until(async () => {
      const now = (await kith.client.call('rooms')).find(({ id }) => id === room.id)!
      return now.unread === 1 && now.last?.text === 'and back' && now.last.from === 'ncdc'
    })
    assert.match(await command(kith, 'chat', room.title), /ncdc: and back/)
    assert.equal((await kith.client.call('rooms')).find(({ id }) => id === room.id)!.unread, 0)
    const talk = await kith.client.call('openRoom', { params: { id: person!.talk! } })
    assert.deepEqual([talk.kind, talk.title], ['private', 'ncdc'])
    await kith.client.call('say', { params: { id: talk.id }, body: { text: 'between us' } })
    await ncdc.tab('~kith')
    await until(async () => (await ncdc.screen()).includes('<kith> between us'))
    await ncdc.type('yes, us')
    await until(async () => {
      const said = await kith.client.call('messages', { params: { id: talk.id } })
      return said.map(({ text }) => text).join('; ') === 'between us; yes, us'
    })
    assert.deepEqual(await kith.client.call('unread'), { talks: 1, rooms: 1 })

    // Who is ignored is not heard.
    await command(kith, 'chat', 'ignore', 'ncdc')
    assert.deepEqual(await kith.client.call('unread'), { talks: 0, rooms: 0 })

    await kith.client.call('detach', { params: { id: 'directconnect' }, query: { address: uhub.address } })
    assert.deepEqual(await kith.client.call('gateways', { params: { id: 'directconnect' } }), [])
    await until(async () => (await kith.client.call('people', { query: {} })).total === 0)
  },
)
