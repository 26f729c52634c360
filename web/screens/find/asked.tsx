import type { AskedView, SearchView } from '@kith/api/find.ts'
import { Bell, BellRing, LoaderCircle, RotateCw, Square } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { hasText, t } from '../../i18n/t.ts'
import { networkName } from '../../network-name.ts'
import { useScreenSearch } from '../../screen-search.ts'
import { Button } from '../../ui/button.tsx'
import { useTell } from '../../ui/toasts.tsx'

/** What became of asking each network, and what it could not be asked. */
export function Asked({ search }: { readonly search: SearchView }): ReactNode {
  const client = useClient()
  const tell = useTell()
  const [, changeSearch] = useScreenSearch('/find')
  const watch = (): void => {
    const params = { id: search.id }
    const isOn = search.watch !== undefined
    const done: Promise<unknown> = isOn
      ? client.call('unwatchSearch', { params })
      : client.call('watchSearch', { params })
    done.then(() => tell.done(t(isOn ? 'find.unwatched' : 'find.watched', { query: search.query })), tell.failed)
  }
  const isAsking = search.state === 'asking'
  return (
    <div className="flex flex-wrap items-center gap-x-3 px-4 pb-1 text-xs text-muted md:px-5">
      <output
        className="inline-flex items-center gap-2 text-sm text-text"
        data-testid="find-state"
        data-state={search.state}
      >
        {isAsking ? <LoaderCircle size={16} aria-hidden className="animate-spin motion-reduce:animate-none" /> : null}
        {t('find.rows', { count: search.rows })}
      </output>
      <ul className="order-last flex basis-full flex-wrap gap-x-3 md:order-none md:basis-auto">
        {search.networks.map((one) => (
          <li
            key={one.id}
            title={detail(one)}
            className={one.state === 'failed' ? 'text-bad' : ''}
            data-testid={`asked-${one.id}`}
            data-state={one.state}
          >
            {line(one)}
          </li>
        ))}
      </ul>
      <Button
        kind="quiet"
        aria-pressed={search.watch !== undefined}
        title={t('find.watchHint')}
        icon={search.watch === undefined ? <Bell size={14} aria-hidden /> : <BellRing size={14} aria-hidden />}
        data-testid="find-watch"
        onClick={watch}
      >
        {search.watch === undefined ? t('find.watch') : t('find.watching')}
      </Button>
      {isAsking ? (
        <Button
          kind="quiet"
          icon={<Square size={14} aria-hidden />}
          onClick={() => void client.call('stopSearch', { params: { id: search.id } }).catch(tell.failed)}
        >
          {t('find.stop')}
        </Button>
      ) : (
        <Button
          kind="quiet"
          icon={<RotateCw size={14} aria-hidden />}
          onClick={() => changeSearch(({ id: _id, ...question }) => question)}
        >
          {t('find.again')}
        </Button>
      )}
    </div>
  )
}

function line({ id, state, hits, ignored, fault }: AskedView): string {
  const name = networkName(id)
  if (state === 'off') return t('find.off', { name })
  if (state === 'cannot') return t('find.cannot', { name })
  if (state === 'failed') return `${name}: ${fault?.message ?? ''}`
  const told = t('find.hits', { name, count: hits })
  return ignored.length === 0 ? told : `${told}, ${t('find.ignored', { parts: parts(ignored) })}`
}

function detail({ comparedHere, state }: AskedView): string {
  if (comparedHere.length === 0 || state === 'off' || state === 'cannot') return ''
  return t('find.comparedHere', { parts: parts(comparedHere) })
}

function parts(names: readonly string[]): string {
  return names
    .map((name) => {
      const key = `find.part.${name}`
      return hasText(key) ? t(key) : name
    })
    .join(', ')
}
