import { execFile } from 'node:child_process'
import { chmod, mkdir, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Kith } from '../kith.ts'

const run = promisify(execFile)
export const password = 'correct horse'

export interface Served extends AsyncDisposable {
  readonly kith: Kith
  readonly url: string
  readonly shared: string
}

/** A daemon with a shared folder, one user who may write in it and one who may only read. */
export async function serve(folder: string, settings: readonly string[] = []): Promise<Served> {
  const shared = join(folder, 'shared')
  await mkdir(shared)
  const kith = await Kith.start(join(folder, 'home'), ['webdav.on=true', 'webdav.port=0', ...settings])
  await kith.client.call('shareFolder', { body: { path: shared, name: 'files', audience: 'nobody' } })
  await kith.client.call('setDavUser', { params: { id: 'ann' }, body: { password, write: ['files'] } })
  await kith.client.call('setDavUser', { params: { id: 'bob' }, body: { password, read: ['files'] } })
  const { url } = await kith.client.call('dav')
  return { kith, url: url!, shared, [Symbol.asyncDispose]: () => kith[Symbol.asyncDispose]() }
}

/** Runs a script of the shell where davfs2 has mounted the shared folder, as a user; gives what it prints. */
type Mounted = (user: string, word: string, script: string) => Promise<string>

/** Makes what davfs2 needs to mount, in a folder. */
export async function mounting(folder: string, served: Served): Promise<Mounted> {
  const at = join(folder, 'mounted')
  const cache = join(folder, 'cache')
  await mkdir(at)
  await mkdir(cache)
  // It gives its rights away, and needs a place that it may still write to.
  await chmod(folder, 0o755)
  await chmod(cache, 0o777)
  const [secrets, conf] = [join(folder, 'secrets'), join(folder, 'conf')]
  await writeFile(conf, `secrets ${secrets}\ncache_dir ${cache}\ndelay_upload 0\nask_auth 0\n`)
  /** In a view of the disk of its own: the mount goes with it. */
  return async (user, word, script) => {
    await writeFile(secrets, `${served.url}files/ ${user} "${word}"\n`, { mode: 0o600 })
    const whole = `mount.davfs ${served.url}files/ ${at} -o conf=${conf}\ncd ${at}\n${script}\ncd /\numount ${at}`
    const { stdout } = await run('unshare', ['-m', 'sh', '-ec', whole])
    return stdout
  }
}

export async function mayMount(): Promise<boolean> {
  try {
    await (await open('/dev/fuse', 'r+')).close()
    await run('unshare', ['-m', 'true'])
    return true
  } catch {
    return false
  }
}
