import { Option } from 'commander'
import type { Command } from 'commander'
import type { JournalEntry, LogLevel, LogLine } from '@kith/api/journal.ts'
import { logLevels } from '@kith/api/journal.ts'
import type { Context, Run } from '../context.ts'
import { timeText } from '../format.ts'

export function logCommands(root: Command, run: Run): void {
  root
    .command('log')
    .description('the newest lines of the log')
    .option('-f, --follow', 'go on with what comes')
    .addOption(new Option('--level <level>', 'at least this serious').choices([...logLevels]))
    .option('-n, --count <n>', 'lines', '100')
    .action(run(log))
  root
    .command('events')
    .description('what happened')
    .option('-f, --follow', 'go on with what comes')
    .option('--after <seq>', 'only what came after this number')
    .action(run(events))
}

async function log(
  { kith, out, signal }: Context,
  options: { follow?: true; level?: LogLevel; count: string },
): Promise<void> {
  let query = { level: options.level, count: Number(options.count), after: undefined as number | undefined }
  for (;;) {
    const lines = await kith.call('log', { query, signal })
    for (const line of lines) out.item(line, logText)
    if (options.follow === undefined || signal.aborted) return
    query = { ...query, count: 5000, after: lines.at(-1)?.seq ?? query.after ?? 0 }
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

function logText(line: LogLine): string {
  const fields = Object.entries(line.fields ?? {}).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return [timeText(line.at), line.level.padEnd(5), line.name, line.sentence, ...fields].join(' ')
}

async function events({ kith, out, signal }: Context, options: { follow?: true; after?: string }): Promise<void> {
  const after = options.after === undefined ? undefined : Number(options.after)
  if (options.follow === undefined) {
    for (const entry of await kith.call('journal', { query: { after } })) out.item(entry, entryText)
    return
  }
  for await (const entry of kith.events({ ...(after === undefined ? {} : { after }), signal }))
    out.item(entry, entryText)
}

function entryText({ seq, at, type, subject, data }: JournalEntry): string {
  return [seq, timeText(at), type, subject ?? '', data === undefined ? '' : JSON.stringify(data)].join('  ').trimEnd()
}
