import type { FoundWindow } from '@kith/api/find.ts'
import { foundSorts } from '@kith/api/find.ts'
import type { ReactNode } from 'react'
import { count } from '../../format.ts'
import { hasText, t } from '../../i18n/t.ts'
import { networkName } from '../../network-name.ts'
import { Select } from '../../ui/field.tsx'
import type { FindSearch } from './search.ts'

export interface NarrowProps {
  readonly search: FindSearch
  readonly window: FoundWindow
  readonly onChange: (search: FindSearch) => void
}

const chip =
  'touch inline-flex min-h-8 shrink-0 items-center gap-1.5 rounded-full border border-line bg-card px-3 text-sm hover:bg-hover aria-pressed:border-accent aria-pressed:bg-chosen'

/** Kinds and networks to choose by, each with how many rows are left then. */
export function Narrow({ search, window, onChange }: NarrowProps): ReactNode {
  const kinds = Object.entries(window.media).sort((a, b) => b[1] - a[1])
  const networks = Object.entries(window.networks)
  return (
    <div className="flex items-center gap-2 overflow-x-auto px-4 py-1 pb-2 md:px-5">
      <fieldset aria-label={t('find.kinds')} className="flex shrink-0 gap-1">
        {kinds.map(([kind, amount]) => {
          const isOn = search.medium === kind
          const key = `medium.${kind}`
          return (
            <button
              key={kind}
              type="button"
              aria-pressed={isOn}
              className={chip}
              onClick={() => {
                const { medium: _medium, ...rest } = search
                onChange(isOn ? rest : { ...rest, medium: kind })
              }}
            >
              {hasText(key) ? t(key) : kind}
              <span className="text-xs text-muted">{count(amount)}</span>
            </button>
          )
        })}
        <button
          type="button"
          aria-pressed={search.free === true}
          className={chip}
          onClick={() => {
            const { free, ...rest } = search
            onChange(free === true ? rest : { ...rest, free: true })
          }}
        >
          {t('find.free')}
        </button>
      </fieldset>
      {networks.length > 1 || search.network !== undefined ? (
        <Select
          className="shrink-0"
          aria-label={t('transfers.byNetwork')}
          value={search.network ?? ''}
          onChange={(event) => {
            const { network: _network, ...rest } = search
            onChange(event.target.value === '' ? rest : { ...rest, network: event.target.value })
          }}
        >
          <option value="">{t('transfers.anyNetwork')}</option>
          {networks.map(([id, amount]) => (
            <option key={id} value={id}>
              {t('transfers.choice', { name: networkName(id), count: amount })}
            </option>
          ))}
        </Select>
      ) : null}
      <Select
        className="shrink-0"
        aria-label={t('find.sort')}
        value={search.sort ?? 'people'}
        onChange={(event) => {
          const sort = foundSorts.find((one) => one === event.target.value)
          const { sort: _sort, ...rest } = search
          onChange(sort === undefined || sort === 'people' ? rest : { ...rest, sort })
        }}
      >
        {foundSorts.map((sort) => (
          <option key={sort} value={sort}>
            {t(`find.sort.${sort}`)}
          </option>
        ))}
      </Select>
    </div>
  )
}
