import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePort, needs } from '../peers/process.ts'
import { mayMount, mounting, password, serve } from './dav.ts'
import { temporary, until } from './people.ts'

test(
  'what davfs2 has locked is saved, though the daemon was started anew meanwhile',
  { timeout: 300_000 },
  async (t) => {
    if (!needs(t, 'mount.davfs', 'unshare')) return
    if (!(await mayMount())) return t.diagnostic('not tried: there is no FUSE here')
    await using folder = await temporary()
    // Where it was before, it is again.
    await using served = await serve(folder.path, [`webdav.port=${await freePort()}`])
    const mounted = await mounting(folder.path, served)
    const [isOpen, mayGoOn] = [join(folder.path, 'open'), join(folder.path, 'go')]
    await writeFile(join(served.shared, 'letter.txt'), 'Dear ann,')
    const saving = mounted(
      'ann',
      password,
      `exec 3>>letter.txt
printf ' all is well' >&3
touch '${isOpen}'
while [ ! -e '${mayGoOn}' ]; do sleep 0.1; done
printf ' again' >&3
exec 3>&-
sync`,
    )
    const isThere = async (name: string): Promise<true | undefined> =>
      (await readdir(folder.path)).includes(name) || undefined
    await Promise.race([until(() => isThere('open'), 'it is open'), saving])
    await served.kith.kill()
    await served.kith.start()
    await writeFile(mayGoOn, '')
    await saving
    assert.equal(await readFile(join(served.shared, 'letter.txt'), 'utf8'), 'Dear ann, all is well again')
  },
)
