import type { Command } from 'commander'
import { Option } from 'commander'
import { scopes } from '@kith/api/status.ts'
import type { Scope } from '@kith/api/status.ts'
import { ask } from '../ask.ts'
import type { Context, Run } from '../context.ts'
import { FailedError } from '../exit.ts'
import { table, timeText } from '../format.ts'

export function accessCommands(root: Command, run: Run): void {
  const token = root.command('token').description('tokens for other programs')
  token
    .command('ls', { isDefault: true })
    .description('all of them')
    .action(
      run(async ({ kith, out }: Context) =>
        out.value(await kith.call('tokens'), (all) =>
          all.length === 0
            ? 'No tokens.'
            : table(
                all.map(({ id, name, scopes, createdAt, usedAt }) => [
                  id,
                  name,
                  scopes.join(','),
                  timeText(createdAt),
                  timeText(usedAt),
                ]),
              ),
        ),
      ),
    )
  token
    .command('new')
    .description('a new one; it is shown once')
    .argument('<name>')
    .addOption(new Option('--scope <scope...>', 'what it may do').choices([...scopes]).default(['view']))
    .action(
      run(async ({ kith, out }: Context, name: string, options: { scope: Scope[] }) =>
        out.value(await kith.call('newToken', { body: { name, scopes: options.scope } }), ({ secret }) => secret),
      ),
    )
  token
    .command('rm')
    .description('take one back')
    .argument('<id>')
    .action(run(async ({ kith }: Context, id: string) => kith.call('removeToken', { params: { id } })))

  root
    .command('passwd')
    .description('set the password of the page; an empty one takes it away')
    .action(
      run(async ({ kith }: Context) => {
        const password = await ask('Password: ')
        if (process.stdin.isTTY && (await ask('Once more: ')) !== password)
          throw new FailedError('The two are not the same')
        await kith.call('setPassword', { body: { password } })
      }),
    )
}
