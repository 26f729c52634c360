import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFile, chmod, chown, mkdir, readdir, rename, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { FaultError } from '@kith/core/fault/fault.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Query } from '@kith/core/search/query.ts'
import type { Share, Viewer } from '@kith/core/share/share.ts'
import { sha1 } from '@kith/wire/hash/sha.ts'
import { libraryDatabase } from '../host/database/open-library.ts'
import { openDatabase } from '../host/database/open.ts'
import { sharedFolderStore } from '../host/database/shared-folders.ts'
import { keepOf } from '../host/database/keep.ts'
import { diskFault } from '../host/disk/fault.ts'
import { Disk } from '../host/disk/disk.ts'
import { SharedFiles } from '../host/disk/shared-files.ts'
import { folder, systemClock } from '../host/disk/testing.ts'
import { Hasher } from '../host/hash/hasher.ts'
import type { LibraryFile } from './folder.ts'
import { usuallyIgnored } from './folder.ts'
import { Library } from './library.ts'
import { parseQuery } from './query.ts'

const anybody: Viewer = { network: 'edonkey', audiences: ['everyone', 'friends', 'local'] }

const isRoot = process.getuid?.() === 0

interface Kept extends AsyncDisposable {
  readonly library: Library
  readonly errors: string[]
}

/** A library over the databases in a folder, as the daemon opens it. */
function open(home: string, broken: (path: string) => boolean = () => false): Kept {
  const errors: string[] = []
  const log: Log = { debug() {}, info() {}, warn() {}, error: (message) => errors.push(message), child: () => log }
  const main = openDatabase(join(home, 'kith.db'), { clock: systemClock, log })
  const hasher = new Hasher({ clock: systemClock, threads: 1 })
  const { hash } = hasher
  hasher.hash = async (at, options) => {
    if (broken(at.path)) throw diskFault(Object.assign(new Error('EIO'), { code: 'EIO' }), 'read the file', at.path)
    return hash.call(hasher, at, options)
  }
  const disk = new Disk({ clock: systemClock, workers: 1 })
  const library = new Library({
    clock: systemClock,
    log,
    database: libraryDatabase(join(home, 'library.db'), { clock: systemClock, log }),
    folders: sharedFolderStore(main),
    keep: keepOf(main, 'library'),
    hasher,
    reader: new SharedFiles(disk),
    forbidden: [home],
    downloads: () => join(home, 'downloads'),
    lookAgainMs: () => 3600_000,
    tell() {},
  })
  library.start()
  return {
    library,
    errors,
    async [Symbol.asyncDispose]() {
      await hasher[Symbol.asyncDispose]()
      await library[Symbol.asyncDispose]()
      await disk[Symbol.asyncDispose]()
      main[Symbol.dispose]()
    },
  }
}

/** Writes a file that has rested for a while. */
async function put(path: string, text: string): Promise<void> {
  await writeFile(path, text)
  const long = new Date(Date.now() - 60_000)
  await utimes(path, long, long)
}

async function until(what: string, test: () => boolean): Promise<void> {
  for (const end = Date.now() + 90_000; !test();) {
    if (Date.now() > end) assert.fail(`${what} did not happen`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const names = (library: Library): string[] =>
  [...library.shares.list(anybody)].map(({ path }) => path.join('/')).toSorted()

function fileOf(library: Library, word: string): LibraryFile {
  return library.search(parseQuery(word), { from: 0, count: 1, offered: false }).files[0]!
}

async function add(
  library: Library,
  path: string,
  options: Partial<Parameters<Library['add']>[0]> = {},
): Promise<number> {
  return (await library.add({ path, audience: 'everyone', ignore: usuallyIgnored, ...options })).id
}

test('a shared folder is looked through, hashed, offered, and followed through every change', async () => {
  await using home = await folder()
  await using dir = await folder()
  const at = (name: string): string => join(dir.path, name)
  await mkdir(at('music/live'), { recursive: true })
  await put(at('music/live/Café del Mar.flac'), 'one')
  await put(at('read me.txt'), 'two')
  await put(at('.secret'), 'hidden')
  await using kept = open(home.path)
  const { library } = kept
  const events: string[] = []
  using _ = library.shares.watch((share, change) => void events.push(`${change} ${share.path.at(-1)}`))
  await add(library, dir.path, { name: 'Mine' })
  const first = ['Mine/music/live/Café del Mar.flac', 'Mine/read me.txt']
  await until('hashing', () => names(library).length === 2)
  assert.deepEqual(names(library), first)
  const [share] = library.shares.search({ words: ['cafe'] }, 10, anybody)
  assert.deepEqual(share!.content.digests[0], `sha1:${sha1(new TextEncoder().encode('one')).toHex()}`)
  assert.equal(share!.trees!()!.tth.leaves.toHex(), share!.content.digests.find((d) => d.startsWith('tth'))!.slice(4))
  assert.deepEqual(
    library.shares.find(share!.content.digests[0], anybody).map(({ id }) => id),
    [share!.id],
  )
  const bytes = new Uint8Array(2)
  await share!.read(1, [bytes])
  assert.equal(new TextDecoder().decode(bytes), 'ne')

  // A new place keeps the digests, so nothing is hashed: the time of use shows it.
  await rename(at('music'), at('audio'))
  await until('the move', () => names(library)[0] === 'Mine/audio/live/Café del Mar.flac')
  assert.equal(library.progress.waiting.files, 0)

  await put(at('read me.txt'), 'other')
  await until(
    'the change',
    () => library.shares.find(`sha1:${sha1(new TextEncoder().encode('other')).toHex()}`, anybody).length === 1,
  )
  await unlink(at('read me.txt'))
  await until('the removal', () => names(library).length === 1)
  assert.deepEqual(
    events.filter((event) => event.includes('read me')),
    ['added read me.txt', 'removed read me.txt', 'added read me.txt', 'removed read me.txt'],
  )
  assert.deepEqual(kept.errors, [])
})

test('what others were given of a file is counted, over restarts and new names', async () => {
  await using home = await folder()
  await using dir = await folder()
  await put(join(dir.path, 'long one'), 'a'.repeat(1000))
  await put(join(dir.path, 'short one'), 'b'.repeat(10))
  await put(join(dir.path, 'nobody’s'), 'c')
  const given = (library: Library): readonly (readonly [string, number])[] =>
    library
      .search(parseQuery('one'), { from: 0, count: 10, offered: false, order: 'given' })
      .files.map(({ name, digests }) => [name, library.catalogue.digests.given(digests!)])
  {
    await using kept = open(home.path)
    await add(kept.library, dir.path)
    await until('hashing', () => names(kept.library).length === 3)
    const [long] = kept.library.shares.search({ words: ['long'] }, 1, anybody)
    const [short] = kept.library.shares.search({ words: ['short'] }, 1, anybody)
    await long!.read(100, [new Uint8Array(400), new Uint8Array(500)])
    for (let times = 0; times < 3; times++) await short!.read(0, [new Uint8Array(10)])
    assert.equal(kept.library.catalogue.digests.given(Number(fileOf(kept.library, 'long').digests)), 900)
  }
  await using kept = open(home.path)
  await until('the look', () => names(kept.library).length === 3)
  // In copies of itself the short one went further.
  assert.deepEqual(given(kept.library), [
    ['short one', 30],
    ['long one', 900],
  ])
  await rename(join(dir.path, 'short one'), join(dir.path, 'one more'))
  await until('the new name', () => given(kept.library)[0]?.[0] === 'one more')
  assert.equal(given(kept.library)[0]![1], 30)
})

test('a file that was changed is not given under its old digest, before anybody noticed', async () => {
  await using home = await folder()
  await using dir = await folder()
  await put(join(dir.path, 'one'), 'as it was')
  await using kept = open(home.path)
  await add(kept.library, dir.path)
  await until('hashing', () => names(kept.library).length === 1)
  const [share] = [...kept.library.shares.list(anybody)]
  const bytes = new Uint8Array(3)
  await share!.read(0, [bytes])
  writeFileSync(join(dir.path, 'one'), 'as it is.')
  await assert.rejects(
    share!.read(0, [bytes]),
    (error) => error instanceof FaultError && error.fault.code === 'share/changed',
  )
})

test('nothing is hashed again after a restart, and folders that are away are not forgotten', async () => {
  await using home = await folder()
  await using dir = await folder()
  const path = join(dir.path, 'disk')
  await mkdir(path)
  await put(join(path, 'one'), 'one')
  {
    await using kept = open(home.path)
    await add(kept.library, path)
    await until('hashing', () => names(kept.library).length === 1)
  }
  await rename(path, `${path}-away`)
  {
    await using kept = open(home.path)
    await until('the look', () => names(kept.library).length === 0)
    assert.equal(kept.library.progress.known.files, 1)
  }
  await rename(`${path}-away`, path)
  await using kept = open(home.path)
  kept.library.pause()
  await until('the return', () => names(kept.library).length === 1)
})

test('what cannot be shared is skipped, with a fault each, and the rest is shared', async () => {
  await using home = await folder()
  await using dir = await folder()
  const at = (name: string): string => join(dir.path, name)
  await put(at('good'), 'good')
  execFileSync('mkfifo', [at('pipe')])
  await symlink('/etc/passwd', at('outside'))
  await symlink('.', at('loop'))
  await writeFile(Buffer.concat([Buffer.from(`${dir.path}/`), Buffer.from([0xff, 0xfe])]), 'bad name')
  await using kept = open(home.path)
  const id = await add(kept.library, dir.path)
  await until('hashing', () => names(kept.library).length === 1)
  await until('the look', () => kept.library.catalogue.resultOf(id) !== undefined)
  assert.deepEqual(
    kept.library.catalogue
      .faultsOf(id)
      .map(({ code }) => code)
      .toSorted(),
    ['library/file-name', 'library/link', 'library/link', 'library/special'],
  )
})

test('a file on a bad disk is told of, keeps nothing else from being shared, and is read when the disk can', async () => {
  await using home = await folder()
  await using dir = await folder()
  await put(join(dir.path, 'good'), 'good')
  await put(join(dir.path, 'bad'), 'bad')
  let broken = true
  await using kept = open(home.path, (path) => broken && path.endsWith('bad'))
  const id = await add(kept.library, dir.path)
  await until('hashing', () => names(kept.library).length === 1 && kept.library.progress.state === 'idle')
  assert.deepEqual(
    kept.library.catalogue.troubles(id, 10).map(({ kind, code }) => [kind, code]),
    [['local', 'disk/io']],
  )
  assert.deepEqual(kept.errors, [])
  broken = false
  kept.library.look()
  await until('the other', () => names(kept.library).length === 2)
  assert.deepEqual(kept.library.catalogue.troubles(id, 10), [])
})

test(
  'a folder that is mounted within itself is listed once',
  { skip: !isRoot && 'only root can mount' },
  async (context) => {
    await using home = await folder()
    await using dir = await folder()
    const inside = join(dir.path, 'a', 'inside')
    await mkdir(inside, { recursive: true })
    await put(join(dir.path, 'a', 'one'), 'one')
    try {
      execFileSync('mount', ['--bind', dir.path, inside], { stdio: 'ignore' })
    } catch {
      return context.skip('this machine lets nobody mount')
    }
    try {
      await using kept = open(home.path)
      const id = await add(kept.library, dir.path)
      await until('hashing', () => names(kept.library).length === 1 && kept.library.progress.state === 'idle')
      assert.deepEqual(
        kept.library.catalogue.faultsOf(id).map(({ code }) => code),
        ['library/loop'],
      )
    } finally {
      execFileSync('umount', [inside])
    }
  },
)

test(
  'a disk that is mounted in a shared folder, or is one, and vanishes loses nothing and is not hashed again',
  { skip: !isRoot && 'only root can mount' },
  async (context) => {
    await using home = await folder()
    await using dir = await folder()
    const [disk, shared, alone] = ['disk', 'shared', 'alone'].map((name) => join(dir.path, name)) as [
      string,
      ...string[],
    ]
    const place = join(shared!, 'usb')
    for (const path of [disk, place, alone!]) await mkdir(path, { recursive: true })
    const mounted = new Set<string>()
    const mount = (path: string, ...what: string[]): void => {
      execFileSync('mount', [...what, path], { stdio: 'ignore' })
      mounted.add(path)
    }
    const unmount = (path: string): void => {
      execFileSync('umount', ['-l', path])
      mounted.delete(path)
    }
    try {
      try {
        mount(disk, '-t', 'tmpfs', 'tmpfs')
      } catch {
        return context.skip('this machine lets nobody mount')
      }
      await put(join(disk, 'on it'), 'one')
      await put(join(shared!, 'beside it'), 'two')
      for (const path of [place, alone!]) mount(path, '--bind', disk)
      await using kept = open(home.path)
      const { library } = kept
      await add(library, shared!, { name: 'Shared' })
      await add(library, alone!, { name: 'Alone' })
      const all = ['Alone/on it', 'Shared/beside it', 'Shared/usb/on it']
      await until('hashing', () => names(library).length === 3)
      assert.deepEqual(names(library), all)
      // What stands in their places now are empty folders of another disk.
      for (const path of [place, alone!]) unmount(path)
      library.look()
      await until('the loss', () => names(library).length === 1)
      assert.deepEqual(names(library), ['Shared/beside it'])
      library.pause()
      for (const path of [place, alone!]) mount(path, '--bind', disk)
      library.look()
      await until('the return', () => names(library).length === 3)
      assert.deepEqual(names(library), all)
      assert.deepEqual(kept.errors, [])
    } finally {
      for (const path of mounted) unmount(path)
    }
  },
)

test('a file that may not be read is told of, and shared once it may', async () => {
  await using home = await folder()
  await using dir = await folder()
  await put(join(dir.path, 'open'), 'one')
  await put(join(dir.path, 'locked'), 'two')
  await chmod(join(dir.path, 'locked'), 0)
  using _ = await nobody(home.path, dir.path, join(dir.path, 'locked'))
  await using kept = open(home.path)
  const id = await add(kept.library, dir.path)
  await until('hashing', () => kept.library.catalogue.troubles(id, 10).length === 1 && names(kept.library).length === 1)
  assert.deepEqual(
    kept.library.catalogue.troubles(id, 10).map(({ code }) => code),
    ['disk/denied'],
  )
  await chmod(join(dir.path, 'locked'), 0o600)
  kept.library.look()
  await until('the other', () => names(kept.library).length === 2)
  assert.deepEqual(kept.errors, [])
})

test('a file that is written again and again waits until it rests', async () => {
  await using home = await folder()
  await using dir = await folder()
  await writeFile(join(dir.path, 'growing'), 'a')
  await using kept = open(home.path)
  await add(kept.library, dir.path)
  for (let i = 0; i < 10; i++) {
    await appendFile(join(dir.path, 'growing'), 'b')
    const written = Date.now()
    await new Promise((resolve) => setTimeout(resolve, 60))
    // On a machine that slept meanwhile it has rested long enough.
    const known = names(kept.library)
    if (Date.now() - written < 1_000) assert.deepEqual(known, [])
  }
  await until('the rest', () => names(kept.library).length === 1)
  assert.deepEqual(
    [...kept.library.shares.list(anybody)][0]!.content.digests[0],
    `sha1:${sha1(new TextEncoder().encode(`a${'b'.repeat(10)}`)).toHex()}`,
  )
})

test('the audience and the patterns of a folder decide what is offered', async () => {
  await using home = await folder()
  await using dir = await folder()
  await put(join(dir.path, 'one.txt'), 'one')
  await put(join(dir.path, 'two.log'), 'two')
  await using kept = open(home.path)
  const { library } = kept
  const id = await add(library, dir.path, { audience: 'local', networks: ['edonkey'] })
  await until('hashing', () => names(library).length === 2)
  const events: string[] = []
  using _ = library.shares.watch(
    (share, change) => void events.push(`${change} ${share.path.at(-1)} ${share.audience}`),
  )
  await library.change(id, { ignore: ['*.log'] })
  await until('the pattern', () => names(library).length === 1)
  await library.change(id, { audience: 'nobody' })
  assert.deepEqual(names(library), [])
  await library.change(id, { audience: 'friends' })
  const [share] = [...library.shares.list(anybody)] as [Share]
  assert.deepEqual([share.audience, share.networks], ['friends', ['edonkey']])
  await library.remove(id)
  assert.deepEqual(names(library), [])
  assert.ok(events.includes('removed one.txt local') && events.includes('added one.txt friends'), events.join())
  assert.equal(events.at(-1), 'removed one.txt friends')
})

test('folders that overlap, hold secrets or are none are refused', async () => {
  await using home = await folder()
  await using dir = await folder()
  await mkdir(join(dir.path, 'a/b'), { recursive: true })
  await using kept = open(home.path)
  await add(kept.library, join(dir.path, 'a'))
  const refused = (path: string, code: string, name?: string): Promise<void> =>
    assert.rejects(
      add(kept.library, path, name === undefined ? {} : { name }),
      (error) => error instanceof FaultError && error.fault.code === code,
    )
  await refused(join(dir.path, 'a/b'), 'library/overlap')
  await refused(dir.path, 'library/overlap')
  await refused(home.path, 'library/forbidden')
  await refused('a', 'library/path')
  await refused('/', 'library/path')
  await refused(join(dir.path, 'none'), 'library/no-folder')
  await mkdir(join(dir.path, 'c'))
  await refused(join(dir.path, 'c'), 'library/name', 'A')
})

test('what is offered is seen as a tree, by those who may, and found by words, endings and folders', async () => {
  await using home = await folder()
  await using music = await folder()
  await using friendly = await folder()
  await using here = await folder()
  for (const name of ['jazz 1/live/Café.flac', 'jazz/live/one.mp3', 'jazz/two.flac.txt', 'jazz.flac']) {
    await mkdir(dirname(join(music.path, name)), { recursive: true })
    await put(join(music.path, name), name)
  }
  await put(join(friendly.path, 'letter.txt'), 'secret')
  await put(join(here.path, 'jazz here.flac'), 'here')
  await using kept = open(home.path)
  const { library } = kept
  await add(library, music.path, { name: 'Music of jazz' })
  await add(library, friendly.path, { name: 'Letters', audience: 'friends' })
  await add(library, here.path, { name: 'Here', networks: ['neighbours'] })
  await until('hashing', () => library.progress.state === 'idle')
  const { shares } = library
  const everyone: Viewer = { network: 'directconnect', audiences: ['everyone'] }
  const friend: Viewer = { network: 'neighbours', audiences: ['everyone', 'friends'] }
  const at = (path: readonly string[], viewer = everyone): unknown => {
    const found = shares.folder(path, viewer)
    return found && { folders: found.folders, files: found.files.map((share) => share.path.at(-1)) }
  }
  assert.deepEqual(shares.total(everyone), { files: 4, bytes: 21 + 17 + 17 + 9 + 1 })
  assert.equal(shares.total(friend).files, 6)
  assert.deepEqual(at([]), { folders: ['Music of jazz'], files: [] })
  assert.deepEqual(at([], friend), { folders: ['Music of jazz', 'Letters', 'Here'], files: [] })
  assert.deepEqual(at(['Music of jazz']), { folders: ['jazz', 'jazz 1'], files: ['jazz.flac'] })
  assert.deepEqual(at(['Music of jazz', 'jazz']), { folders: ['live'], files: ['two.flac.txt'] })
  assert.equal(at(['Music of jazz', 'none']), undefined)
  assert.equal(at(['Letters']), undefined)
  const [letter] = shares.folder(['Letters'], friend)!.files
  assert.equal(letter!.content.digests[0], `sha1:${sha1(new TextEncoder().encode('secret')).toHex()}`)
  assert.deepEqual(shares.find(letter!.content.digests[0], everyone), [])
  assert.equal(shares.find(letter!.content.digests[0], friend).length, 1)
  const found = (query: Query, most = 10, viewer = everyone): readonly string[] =>
    shares.search(query, most, viewer).map(({ path }) => path.slice(1).join('/'))
  assert.deepEqual(found({ words: ['caf'] }), ['jazz 1/live/Café.flac'])
  // The name of the shared folder is a part of the path.
  assert.deepEqual(found({ words: ['music', 'two'] }), ['jazz/two.flac.txt'])
  assert.deepEqual(found({ words: ['flac'], extensions: ['flac'] }).toSorted(), ['jazz 1/live/Café.flac', 'jazz.flac'])
  assert.equal(found({ words: ['jazz'] }, 2).length, 2)
  assert.deepEqual(found({ words: ['letter'] }), [])
  assert.deepEqual(found({ words: ['letter'] }, 10, friend), ['letter.txt'])
  assert.deepEqual(shares.searchFolders(['jazz'], 10, everyone), [['Music of jazz']])
  assert.deepEqual(shares.searchFolders(['LIVE'], 10, everyone), [
    ['Music of jazz', 'jazz 1', 'live'],
    ['Music of jazz', 'jazz', 'live'],
  ])
  assert.deepEqual(shares.searchFolders(['jazz 1', '%'], 10, everyone), [])
  assert.deepEqual(shares.searchFolders(['live', 'jazz 1'], 1, everyone), [['Music of jazz', 'jazz 1', 'live']])
})

test('a damaged database is set aside, said loudly, and made anew from the folders', async () => {
  await using home = await folder()
  await using dir = await folder()
  for (let i = 0; i < 200; i++) await put(join(dir.path, `file ${i}`), `bytes ${i}`)
  {
    await using kept = open(home.path)
    await add(kept.library, dir.path)
    await until('hashing', () => names(kept.library).length === 200)
  }
  const path = join(home.path, 'library.db')
  const bytes = readFileSync(path)
  bytes.fill(0xaa, 8192)
  writeFileSync(path, bytes)
  await using kept = open(home.path)
  await until('the damage', () => kept.library.problems.length === 1 || kept.errors.length > 0)
  await until('the rebuilding', () => {
    try {
      return names(kept.library).length === 200
    } catch {
      return false
    }
  })
  assert.match(kept.errors.join('\n'), /damaged: it was set aside/)
  assert.equal((await readdir(home.path)).filter((name) => name.startsWith('library.db.damaged-')).length, 1)
})

test('search: words, beginnings, phrases, without, type, size and date', async () => {
  await using home = await folder()
  await using dir = await folder()
  await mkdir(join(dir.path, 'Ärger im Büro'))
  await put(join(dir.path, 'Ärger im Büro', 'Der große Film.mkv'), 'x'.repeat(3000))
  await put(join(dir.path, 'film music.mp3'), 'y')
  await put(join(dir.path, 'notes on film.txt'), 'z')
  await utimes(join(dir.path, 'notes on film.txt'), new Date('2001-02-03'), new Date('2001-02-03'))
  await using kept = open(home.path)
  await add(kept.library, dir.path)
  await until('hashing', () => names(kept.library).length === 3)
  const found = (text: string): string[] =>
    kept.library
      .search(parseQuery(text), { from: 0, count: 10, offered: false })
      .files.map(({ name }) => name.slice(-4))
      .toSorted()
  assert.deepEqual(found('film'), ['.mkv', '.mp3', '.txt'])
  assert.deepEqual(found('FILM buro'), ['.mkv'])
  assert.deepEqual(found('arg*'), ['.mkv'])
  assert.deepEqual(found('arg'), [])
  assert.deepEqual(found('"film music"'), ['.mp3'])
  assert.deepEqual(found('"music film"'), [])
  assert.deepEqual(found('film -music'), ['.mkv', '.txt'])
  assert.deepEqual(found('-music'), ['.mkv', '.txt'])
  assert.deepEqual(found('type:audio'), ['.mp3'])
  assert.deepEqual(found('film type:video'), ['.mkv'])
  assert.deepEqual(found('size:>1k'), ['.mkv'])
  assert.deepEqual(found('film size:<1k'), ['.mp3', '.txt'])
  assert.deepEqual(found('before:2002'), ['.txt'])
  assert.deepEqual(found('film after:2002-01'), ['.mkv', '.mp3'])
  assert.deepEqual(found('!?'), [])
  assert.deepEqual(found(''), ['.mkv', '.mp3', '.txt'])
  assert.deepEqual(found('") OR path:film'), ['.mkv', '.mp3', '.txt'].slice(0, 0))
})

test('a folder that cannot be read now loses nothing', async () => {
  await using home = await folder()
  await using dir = await folder()
  await mkdir(join(dir.path, 'locked'))
  await put(join(dir.path, 'locked', 'one'), 'one')
  using _ = await nobody(home.path, dir.path, join(dir.path, 'locked'))
  await using kept = open(home.path)
  const id = await add(kept.library, dir.path)
  await until('hashing', () => names(kept.library).length === 1)
  await chmod(join(dir.path, 'locked'), 0)
  kept.library.look()
  await until('the look', () => kept.library.catalogue.faultsOf(id).length === 1)
  assert.equal(names(kept.library).length, 1)
  await chmod(join(dir.path, 'locked'), 0o700)
})

/** Root reads every folder: its rights are laid down until the end, and the folders given to who has none. */
async function nobody(...folders: readonly string[]): Promise<Disposable> {
  const own = process.geteuid!()
  if (own !== 0) return { [Symbol.dispose]() {} }
  for (const path of folders) await chown(path, 65_534, 65_534)
  process.seteuid!(65_534)
  return { [Symbol.dispose]: () => process.seteuid!(own) }
}
