import type { Command } from 'commander'
import type { DavUserView, DavView } from '@kith/api/dav.ts'
import { ask } from '../ask.ts'
import type { Context, Run } from '../context.ts'
import { FailedError } from '../exit.ts'
import { table } from '../format.ts'

interface UserOptions {
  readonly read?: string[]
  readonly write?: string[]
  readonly password?: true
}

const collect = (value: string, before: string[] = []): string[] => [...before, value]

export function davCommands(root: Command, run: Run): void {
  const dav = root.command('dav').description('the shared folders for file managers (WebDAV)')
  dav
    .command('ls', { isDefault: true })
    .description('where it is, and who may come')
    .action(run(async ({ kith, out }: Context) => out.value(await kith.call('dav'), davText)))
  dav
    .command('user')
    .description('make a user, or change one; the password is asked for, or read from a pipe')
    .argument('<name>')
    .option('--read <folder>', 'may read this shared folder; may be given several times', collect)
    .option('--write <folder>', 'may read and write this shared folder; may be given several times', collect)
    .option('--password', 'set another password')
    .action(
      run(async ({ kith, out }: Context, name: string, { read, write, password }: UserOptions) => {
        const isNew = !(await kith.call('dav')).users.some((one) => one.name === name)
        const body = {
          ...(isNew || password === true ? { password: await newPassword() } : {}),
          ...(read === undefined ? {} : { read }),
          ...(write === undefined ? {} : { write }),
        }
        out.value(await kith.call('setDavUser', { params: { id: name }, body }), (user) => table([userRow(user)]))
      }),
    )
  dav
    .command('rm')
    .description('remove a user')
    .argument('<name>')
    .action(run(async ({ kith }: Context, id: string) => kith.call('removeDavUser', { params: { id } })))
}

async function newPassword(): Promise<string> {
  const password = await ask('Password: ')
  if (process.stdin.isTTY && (await ask('Once more: ')) !== password) throw new FailedError('The two are not the same')
  return password
}

function davText({ on, url, fault, users }: DavView): string {
  const where = url ?? fault?.message ?? (on ? 'It does not listen.' : 'It is off: kith config set webdav.on true')
  return (
    [where, ...(users.length === 0 ? ['No users yet: kith dav user NAME --read FOLDER'] : [])].join('\n') +
    (users.length === 0 ? '' : `\n${table(users.map(userRow))}`)
  )
}

function userRow({ name, read, write }: DavUserView): string[] {
  return [name, `reads ${read.join(', ') || 'nothing'}`, `writes ${write.join(', ') || 'nothing'}`]
}
