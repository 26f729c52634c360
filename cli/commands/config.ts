import type { Command } from 'commander'
import type { SettingView } from '@kith/api/settings.ts'
import type { Context, Run } from '../context.ts'
import { clip, table } from '../format.ts'

export function configCommand(root: Command, run: Run): void {
  const config = root.command('config').description('the settings, and where each value comes from')
  config
    .command('ls', { isDefault: true })
    .description('all settings')
    .argument('[filter]', 'words in the path, description or aliases')
    .action(
      run(async ({ kith, out }: Context, filter: string | undefined) => {
        const words = (filter ?? '').toLowerCase().split(/\s+/).filter(Boolean)
        const all = (await kith.call('settings')).filter((one) => {
          const text = [one.path, one.description, ...one.aliases].join(' ').toLowerCase()
          return words.every((word) => text.includes(word))
        })
        out.value(all, (some) =>
          table(
            some.map((one) => [
              one.path,
              valueText(one),
              one.origin === 'default' ? '' : out.dim(one.origin),
              out.dim(clip(one.description, 60)),
            ]),
          ),
        )
      }),
    )
  config
    .command('get')
    .argument('<path>')
    .description('one value')
    .action(
      run(async ({ kith, out }: Context, id: string) =>
        out.value(await kith.call('setting', { params: { id } }), valueText),
      ),
    )
  config
    .command('set')
    .argument('<path>')
    .argument('<value>')
    .description('set a value')
    .action(
      run(async ({ kith, out }: Context, id: string, value: string) =>
        tell(out, await kith.call('setSetting', { params: { id }, body: { value } })),
      ),
    )
  config
    .command('unset')
    .argument('<path>')
    .description('take back what was set')
    .action(
      run(async ({ kith, out }: Context, id: string) => tell(out, await kith.call('unsetSetting', { params: { id } }))),
    )
  config
    .command('explain')
    .argument('<path>')
    .description('what a setting does and where its value comes from')
    .action(
      run(async ({ kith, out }: Context, id: string) =>
        out.value(await kith.call('setting', { params: { id } }), explain),
      ),
    )
}

function valueText(one: SettingView): string {
  if (one.secret) return one.origin === 'default' ? '' : '(secret)'
  return Array.isArray(one.value) ? one.value.join(',') : String(one.value)
}

function tell(out: Context['out'], setting: SettingView): void {
  out.value(
    setting,
    (one) => `${one.path} = ${valueText(one)}${one.apply === 'restart' ? '  (works after the next start)' : ''}`,
  )
}

function explain(one: SettingView): string {
  const range = [
    one.minimum === undefined ? '' : `from ${one.minimum}`,
    one.maximum === undefined ? '' : `to ${one.maximum}`,
  ]
    .filter(Boolean)
    .join(' ')
  const rows = [
    [one.path, one.description],
    ['value', `${valueText(one)} ${one.unit ?? ''}`.trim()],
    ['from', one.locked ? `${one.origin}, so it cannot be changed here` : one.origin],
    ['default', String(one.default)],
    ['may be', one.choices?.join(', ') ?? `${one.kind} ${one.kind === 'integer' ? range : ''}`.trim()],
    ['works', one.apply === 'live' ? 'at once' : 'after the next start'],
    ['variable', one.variable],
  ]
  return table(rows)
}
