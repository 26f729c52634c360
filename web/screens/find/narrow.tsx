import type { FoundWindow } from '@kith/api/find.ts'
import { foundSorts } from '@kith/api/find.ts'
import type { ReactNode } from 'react'
import { hasText, t } from '../../i18n/t.ts'
import { NetworkSelect } from '../../transfers/network-select.tsx'
import { Chip } from '../../ui/chip.tsx'
import { Select } from '../../ui/field.tsx'
import type { FindSearch } from './search.ts'

export interface NarrowProps {
  readonly search: FindSearch
  readonly window: FoundWindow
  readonly onChange: (search: FindSearch) => void
}

/** Kinds and networks to choose by, each with how many rows are left then. */
export function Narrow({ search, window, onChange }: NarrowProps): ReactNode {
  const kinds = Object.entries(window.media).sort((a, b) => b[1] - a[1])
  return (
    <div className="flex items-center gap-2 overflow-x-auto px-4 py-1 pb-2 md:px-5">
      <fieldset aria-label={t('find.kinds')} className="flex shrink-0 gap-1">
        {kinds.map(([kind, amount]) => {
          const isOn = search.medium === kind
          const key = `medium.${kind}`
          return (
            <Chip
              key={kind}
              isOn={isOn}
              amount={amount}
              onClick={() => {
                const { medium: _medium, ...rest } = search
                onChange(isOn ? rest : { ...rest, medium: kind })
              }}
            >
              {hasText(key) ? t(key) : kind}
            </Chip>
          )
        })}
        <Chip
          isOn={search.free === true}
          onClick={() => {
            const { free, ...rest } = search
            onChange(free === true ? rest : { ...rest, free: true })
          }}
        >
          {t('find.free')}
        </Chip>
      </fieldset>
      <NetworkSelect
        className="shrink-0"
        value={search.network}
        amounts={window.networks}
        onChange={(network) => {
          const { network: _network, ...rest } = search
          onChange(network === undefined ? rest : { ...rest, network })
        }}
      />
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
