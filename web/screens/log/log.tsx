import type { LogLevel, LogLine } from '@kith/api/journal.ts'
import { logLevels } from '@kith/api/journal.ts'
import { Tabs } from '@base-ui/react/tabs'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { clockTime, moment } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { entryWords } from '../../journal-words.ts'
import { useLive } from '../../live/use-live.ts'
import { useScreenSearch } from '../../screen-search.ts'
import { Screen } from '../../shell/screen.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { Select } from '../../ui/field.tsx'

const lines = 300
const tones: Readonly<Record<LogLevel, string>> = {
  debug: 'text-muted',
  info: '',
  warn: 'text-warn',
  error: 'text-bad',
}

/** What the daemon says, and what has happened. */
export function LogScreen(): ReactNode {
  const [{ level, show }, changeSearch] = useScreenSearch('/log')
  return (
    <Screen
      title={t('nav.log')}
      scrolls={false}
      actions={
        show === 'journal' ? null : (
          <Select
            aria-label={t('log.level')}
            value={level ?? 'info'}
            onChange={(event) => changeSearch(() => ({ level: event.target.value as LogLevel }))}
          >
            {logLevels.map((name) => (
              <option key={name} value={name}>
                {t(`log.level.${name}`)}
              </option>
            ))}
          </Select>
        )
      }
    >
      <Tabs.Root
        value={show ?? 'lines'}
        onValueChange={(next: unknown) =>
          changeSearch((before) => ({
            ...(before.level === undefined ? {} : { level: before.level }),
            ...(next === 'journal' ? { show: 'journal' as const } : {}),
          }))
        }
        className="flex min-h-0 grow flex-col"
      >
        <Tabs.List className="flex gap-1 border-b border-line px-3" aria-label={t('nav.log')}>
          {(['lines', 'journal'] as const).map((name) => (
            <Tabs.Tab
              key={name}
              value={name}
              className="touch min-h-9 border-b-2 border-transparent px-3 text-sm text-muted outline-offset-[-2px] hover:text-text data-active:border-accent data-active:font-medium data-active:text-text"
            >
              {t(`log.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="lines" className="flex min-h-0 grow flex-col outline-offset-[-2px]">
          <Lines level={level ?? 'info'} />
        </Tabs.Panel>
        <Tabs.Panel value="journal" className="flex min-h-0 grow flex-col outline-offset-[-2px]">
          <JournalList />
        </Tabs.Panel>
      </Tabs.Root>
    </Screen>
  )
}

function Lines({ level }: { readonly level: LogLevel }): ReactNode {
  const { value } = useLive({ view: 'log', query: { level, count: lines } })
  if (value?.length === 0) return <Empty title={t('log.none')} />
  return (
    <Scroll label={t('log.lines')}>
      <ol className="px-4 py-2 font-mono text-xs">
        {value?.toReversed().map((line) => (
          <li key={line.seq} className={`flex flex-wrap gap-x-3 py-1 ${tones[line.level]}`} data-level={line.level}>
            <time dateTime={new Date(line.at).toISOString()} className="text-muted">
              {clockTime(line.at)}
            </time>
            <span className="w-12">{t(`log.level.${line.level}`)}</span>
            <span className="text-muted">{line.name}</span>
            <span className="min-w-0 break-words">
              {line.sentence} <span className="text-muted">{fields(line)}</span>
            </span>
          </li>
        ))}
      </ol>
    </Scroll>
  )
}

function fields({ fields: given }: LogLine): string {
  return Object.entries(given ?? {})
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')
}

function JournalList(): ReactNode {
  const client = useClient()
  const { data, error } = useQuery({
    queryKey: ['journal'],
    queryFn: ({ signal }) => client.call('journal', { signal }),
    refetchInterval: 3_000,
  })
  if (data?.length === 0) return <Empty title={t('log.noneHappened')} />
  return (
    <>
      <FaultNote error={error} />
      <Scroll label={t('log.journal')}>
        <ol className="divide-y divide-line px-4">
          {data
            ?.slice(-lines)
            .toReversed()
            .map((entry) => (
              <li key={entry.seq} className="flex flex-wrap gap-x-4 py-2 text-sm">
                <time dateTime={new Date(entry.at).toISOString()} className="w-44 shrink-0 text-muted">
                  {moment(entry.at)}
                </time>
                <span className="min-w-0 break-words">{entryWords(entry)}</span>
              </li>
            ))}
        </ol>
      </Scroll>
    </>
  )
}
