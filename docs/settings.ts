// Prints the page of all settings: `node docs/settings.ts > docs/settings.md`. With `--check` it prints nothing, and
// fails if the page is out of date.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Field } from '@kith/core/network/schema.ts'
import type { Group } from '../daemon/config/layer.ts'
import { fieldsOf } from '../daemon/config/layer.ts'
import { environmentName, fileName } from '../daemon/config/names.ts'
import { groups } from '../daemon/config/settings.ts'
import { networks } from '../daemon/networks.ts'

const settingsFile = join(import.meta.dirname, 'settings.md')

const introduction = `# Settings

<!-- Made by docs/settings.ts from the schemas; change those. -->

A value comes from the last of these that gives one:

1. the default,
2. what was set in the page or with \`kith config set speed.down 5000\`,
3. \`config.toml\`: \`down = 5000\` below \`[speed]\`; \`kith paths\` says where the file is, and Kith never writes it,
4. the environment: \`KITH_SPEED_DOWN=5000\`, or \`KITH_SPEED_DOWN_FILE\` with the path of a file that holds the value,
5. the command line: \`kith daemon --set speed.down=5000\`.

\`kith config\` shows every value and where it comes from. The environment and the command line write a list with
commas: \`a,b\`. A changed file is read at the signal SIGHUP.

*Works* says when a change counts: at once, after a restart of the daemon, or when the network is joined again, which
Kith does by itself.
`

/** The whole page. */
export function settingsPage(): string {
  const ours = groups.map((group) => section(group, 'after a restart'))
  const theirs = networks.map(({ id, title, settings }) =>
    section({ name: id, title, schema: settings }, 'when joined again'),
  )
  return [introduction, ...ours, ...theirs].join('\n')
}

function section(group: Group, later: string): string {
  const rows = Object.entries(fieldsOf(group)).map(([name, field]) => [
    code(`${group.name}.${fileName(name)}`),
    code(environmentName(group.name, name)),
    code(JSON.stringify(field.default)),
    values(field),
    field.unit ?? '',
    field.secret === true ? `${field.description} It is never shown.` : field.description,
    field.apply === 'live' ? 'at once' : later,
  ])
  const head = ['In `config.toml`', 'In the environment', 'Default', 'Values', 'Unit', 'Meaning', 'Works']
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |\n`)
  return `## ${group.title}\n\n${lines.join('')}`
}

function values(field: Field): string {
  switch (field.kind) {
    case 'flag':
      return '`true`, `false`'
    case 'integer':
      return range(field)
    case 'choice':
      return (field.choices ?? []).map((one) => code(JSON.stringify(one))).join(', ')
    case 'text':
      return 'text'
    case 'list':
      return 'list of texts'
  }
}

function range({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Field): string {
  return maximum === Number.MAX_SAFE_INTEGER ? `from ${minimum}` : `${minimum} to ${maximum}`
}

function code(text: string): string {
  return `\`${text}\``
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')
}

/** Whether the kept page is the one that the schemas give. */
function isCurrent(): boolean {
  try {
    return readFileSync(settingsFile, 'utf8') === settingsPage()
  } catch {
    return false
  }
}

if (import.meta.main) {
  if (!process.argv.includes('--check')) process.stdout.write(settingsPage())
  else if (!isCurrent()) {
    process.stderr.write('docs/settings.md is out of date: node docs/settings.ts > docs/settings.md\n')
    process.exitCode = 1
  }
}
