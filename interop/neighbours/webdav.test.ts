import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { Kith } from '../kith.ts'
import { needs } from '../peers/process.ts'
import { mayMount, mounting, password, serve } from './dav.ts'
import { temporary, until } from './people.ts'

const run = promisify(execFile)
const MIB = 1024 * 1024

/** The status that curl gets, and what came with it. */
async function curl(...args: readonly string[]): Promise<{ status: number; body: string }> {
  const { stdout } = await run('curl', ['-sS', '-w', '\n%{http_code}', ...args], { maxBuffer: 64 * MIB })
  const end = stdout.lastIndexOf('\n')
  return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) }
}

test('litmus passes whole against our WebDAV', { timeout: 300_000 }, async (t) => {
  if (!needs(t, 'litmus')) return
  await using folder = await temporary()
  await using served = await serve(folder.path)
  const { stdout } = await run('litmus', [`${served.url}files/`, 'ann', password], {
    cwd: folder.path,
    env: { ...process.env, TESTS: 'basic copymove props locks http' },
  }).catch((error: { stdout: string; stderr: string }) => assert.fail(error.stdout + error.stderr))
  const summaries = [...stdout.matchAll(/summary for `(\w+)': of (\d+) tests run: (\d+) passed, (\d+) failed/g)]
  assert.deepEqual(
    summaries.map(([, name]) => name),
    ['basic', 'copymove', 'props', 'locks', 'http'],
  )
  for (const [line, , all, passed] of summaries) assert.equal(passed, all, `${line}\n${stdout}`)
  assert.doesNotMatch(stdout, /SKIPPED|WARNING/)
})

test('rclone reads and writes with a password, and is refused without', { timeout: 300_000 }, async (t) => {
  if (!needs(t, 'rclone')) return
  await using folder = await temporary()
  await using served = await serve(folder.path)
  const { stdout: hidden } = await run('rclone', ['obscure', password])
  const rclone = async (user: string | undefined, ...args: readonly string[]): Promise<string> => {
    const who = user === undefined ? [] : ['--webdav-user', user, '--webdav-pass', hidden.trim()]
    const common = ['--config', join(folder.path, 'none'), '--retries', '1', '--low-level-retries', '1']
    const { stdout } = await run('rclone', [...common, '--webdav-url', served.url, ...who, ...args])
    return stdout
  }
  const source = join(folder.path, 'source')
  await mkdir(join(source, 'deep', 'grüße'), { recursive: true })
  const bytes = randomBytes(9 * MIB + 5)
  await writeFile(join(source, 'deep', 'grüße', 'a b.bin'), bytes)
  for (let number = 0; number < 40; number++) await writeFile(join(source, `${number}.txt`), `file ${number}`)

  await assert.rejects(rclone(undefined, 'lsf', ':webdav:files'), /401/)
  await rclone('ann', 'sync', source, ':webdav:files/copy')
  assert.ok(bytes.equals(await readFile(join(served.shared, 'copy', 'deep', 'grüße', 'a b.bin'))))
  const back = join(folder.path, 'back')
  await rclone('bob', 'sync', ':webdav:files/copy', back)
  assert.equal((await readdir(back)).length, 41)
  assert.ok(bytes.equals(await readFile(join(back, 'deep', 'grüße', 'a b.bin'))))
  await rclone('ann', 'moveto', ':webdav:files/copy/1.txt', ':webdav:files/copy/one.txt')
  await rclone('ann', 'check', '--download', '--one-way', join(source, 'deep'), ':webdav:files/copy/deep')
  await assert.rejects(rclone('bob', 'copy', join(source, '2.txt'), ':webdav:files'), /403/)
  await rclone('ann', 'purge', ':webdav:files/copy/deep')
  assert.deepEqual((await readdir(join(served.shared, 'copy'))).includes('deep'), false)
})

test('cadaver puts, copies and locks', { timeout: 300_000 }, async (t) => {
  if (!needs(t, 'cadaver')) return
  await using folder = await temporary()
  await using served = await serve(folder.path)
  await served.kith.client.call('setDavUser', { params: { id: 'ann' }, body: { password: 'onewordonly' } })
  await writeFile(join(folder.path, '.netrc'), 'machine 127.0.0.1 login ann password onewordonly\n', { mode: 0o600 })
  const local = join(folder.path, 'local.txt')
  await writeFile(local, 'from cadaver')
  const orders = [
    `put ${local} it.txt`,
    'mkcol sub',
    'copy it.txt sub/it.txt',
    'lock it.txt',
    'discover it.txt',
    'quit',
  ]
  const child = spawn('cadaver', [`${served.url}files/`], {
    env: { ...process.env, HOME: folder.path },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', (data: Buffer) => (said += String(data)))
  child.stderr.on('data', (data: Buffer) => (said += String(data)))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.stdin.end(`${orders.join('\n')}\n`)
  await ended
  assert.equal(await readFile(join(served.shared, 'it.txt'), 'utf8').catch(() => said), 'from cadaver')
  assert.equal(await readFile(join(served.shared, 'sub', 'it.txt'), 'utf8').catch(() => said), 'from cadaver')
  assert.match(said, /opaquelocktoken:/)
})

test('davfs2 mounts it with a password, and not without', { timeout: 300_000 }, async (t) => {
  if (!needs(t, 'mount.davfs', 'unshare')) return
  // Cadaver stands for file managers where the system mounts nothing of programs.
  if (!(await mayMount())) return t.diagnostic('not tried: there is no FUSE here')
  await using folder = await temporary()
  await using served = await serve(folder.path)
  const mounted = await mounting(folder.path, served)
  await assert.rejects(mounted('ann', 'wrong', 'true'), /401|authentication|Could not authenticate/i)
  const text = 'from a file manager'
  const order = `printf '${text}' > new.txt; mkdir deep; mv new.txt deep/moved.txt; cat deep/moved.txt; sync`
  assert.match(await mounted('ann', password, order), new RegExp(text))
  assert.equal(await readFile(join(served.shared, 'deep', 'moved.txt'), 'utf8'), text)
  const bytes = randomBytes(2 * MIB)
  await writeFile(join(served.shared, 'big.bin'), bytes)
  const sum = createHash('sha256').update(bytes).digest('hex')
  assert.match(await mounted('bob', password, 'sha256sum big.bin'), new RegExp(sum))
  // Who may only read changes nothing, whatever the program thinks.
  await mounted('bob', password, 'rm -f deep/moved.txt || true; printf x > bad.txt || true').catch(() => '')
  assert.deepEqual((await readdir(served.shared)).toSorted(), ['big.bin', 'deep'])
  assert.equal(await readFile(join(served.shared, 'deep', 'moved.txt'), 'utf8'), text)
})

test('inside TLS', { timeout: 300_000 }, async (t) => {
  if (!needs(t, 'curl')) return
  await using folder = await temporary()
  await using served = await serve(folder.path, ['webdav.encryption=always'])
  assert.match(served.url, /^https:/)
  await writeFile(join(served.shared, 'a.txt'), 'secret')
  const { status, body } = await curl('-k', '-u', `bob:${password}`, `${served.url}files/a.txt`)
  assert.deepEqual([status, body], [200, 'secret'])
})

test('ranges, conditions, rights, and ways out of the folder', { timeout: 300_000 }, async (t) => {
  if (!needs(t, 'curl')) return
  await using folder = await temporary()
  await using served = await serve(folder.path)
  const { shared, url } = served
  const ann = ['-u', `ann:${password}`]
  const bob = ['-u', `bob:${password}`]
  await writeFile(join(shared, 'a.txt'), '0123456789')
  await writeFile(join(shared, '.hidden'), 'of the owner')
  await writeFile(join(folder.path, 'secret.txt'), 'secret')
  await symlink(folder.path, join(shared, 'out'))
  await symlink(join(folder.path, 'secret.txt'), join(shared, 'link.txt'))
  const file = `${url}files/a.txt`

  assert.deepEqual(await curl(...bob, '-r', '2-4', file), { status: 206, body: '234' })
  assert.deepEqual(await curl(...bob, '-r', '-3', file), { status: 206, body: '789' })
  assert.equal((await curl(...bob, '-r', '10-', file)).status, 416)
  const { body: head } = await curl(...bob, '-I', file)
  const etag = /^etag: (.*)$/im.exec(head)![1]!.trim()
  assert.equal((await curl(...bob, '-H', `If-None-Match: ${etag}`, file)).status, 304)
  assert.equal((await curl(...ann, '-X', 'PUT', '-d', 'no', '-H', 'If-Match: "other"', file)).status, 412)
  assert.equal((await curl(...ann, '-X', 'PUT', '-d', 'new', '-H', 'If-None-Match: *', file)).status, 412)
  assert.equal((await curl(...ann, '-X', 'PUT', '-d', 'new', '-H', `If-Match: ${etag}`, file)).status, 204)
  assert.equal(await readFile(join(shared, 'a.txt'), 'utf8'), 'new')

  assert.equal((await curl(...bob, '-X', 'PUT', '-d', 'no', file)).status, 403)
  assert.equal((await curl(...bob, '-X', 'DELETE', file)).status, 403)
  assert.equal((await curl(...bob, `${url}files/.hidden`)).status, 404)
  assert.equal((await curl(...ann, '-X', 'DELETE', `${url}files/`)).status, 403)
  assert.equal((await curl(...ann, '-X', 'MKCOL', `${url}other/`)).status, 404)

  for (const way of ['files/../../secret.txt', 'files/%2e%2e/secret.txt', 'files/..%2fsecret.txt', 'files/%00']) {
    const { status, body } = await curl(...ann, '--path-as-is', `${url}${way}`)
    assert.deepEqual([status >= 400, body.includes('secret')], [true, false], way)
  }
  assert.equal((await curl(...ann, `${url}files/out/secret.txt`)).status, 404)
  assert.equal((await curl(...ann, `${url}files/link.txt`)).status, 404)
  assert.ok((await curl(...ann, '-X', 'PUT', '-d', 'evil', `${url}files/out/new.txt`)).status >= 400)
  assert.equal((await curl(...ann, '-X', 'MOVE', '-H', `Destination: ${url}out/a`, file)).status, 404)
  await assert.rejects(readFile(join(folder.path, 'new.txt')))
  const { body: listed } = await curl(...ann, '-X', 'PROPFIND', '-H', 'Depth: 1', `${url}files/`)
  assert.doesNotMatch(listed, /link\.txt|\/out/)

  for (let tries = 0; tries < 5; tries++) assert.equal((await curl('-u', 'ann:wrong', url)).status, 401)
  assert.equal((await curl('-u', 'ann:still wrong', url)).status, 429)
})

test('beyond this machine a password is asked for only inside TLS, and nothing is on by itself', async () => {
  await using folder = await temporary()
  await using kith = await Kith.start(join(folder.path, 'home'))
  assert.deepEqual(await kith.client.call('dav'), { on: false, users: [] })
  for (const [name, value] of [
    ['webdav.port', 0],
    ['webdav.listen', '0.0.0.0'],
    ['webdav.on', true],
  ] as const) {
    await kith.client.call('setSetting', { params: { id: name }, body: { value } })
  }
  const url = await until(async () => (await kith.client.call('dav')).url, 'it listens')
  assert.match(url, /^https:\/\/localhost:/)
})
