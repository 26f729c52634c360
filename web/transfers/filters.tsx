import type { TransferWindow } from '@kith/api/transfers.ts'
import { transferStates } from '@kith/api/transfers.ts'
import type { ReactNode } from 'react'
import { t } from '../i18n/t.ts'
import { Chip } from '../ui/chip.tsx'
import { Select } from '../ui/field.tsx'
import { SearchInput } from '../ui/search-input.tsx'
import { NetworkSelect } from './network-select.tsx'
import type { TransfersSearch } from './search.ts'

export interface FiltersProps {
  readonly search: TransfersSearch
  readonly window: TransferWindow | undefined
  readonly onChange: (change: Partial<Record<keyof TransfersSearch, unknown>>) => void
  readonly onLeave: () => void
}

/** Words, states, labels and networks to choose by, each with how many there are. */
export function Filters({ search, window, onChange, onLeave }: FiltersProps): ReactNode {
  const labels = Object.entries(window?.labels ?? {}).sort(([a], [b]) => a.localeCompare(b))
  return (
    <div className="flex flex-wrap items-center gap-2 px-4 pb-2 md:px-5">
      <FilterBox
        label={t('transfers.filter')}
        value={search.filter ?? ''}
        onChange={(filter) => onChange({ filter: filter === '' ? undefined : filter })}
        onLeave={onLeave}
      />
      <fieldset
        aria-label={t('transfers.states')}
        className="order-last -mx-4 flex min-w-0 max-w-[100vw] gap-1 overflow-x-auto px-4 py-1 md:order-none md:mx-0 md:px-0"
      >
        {(['all', 'active', ...transferStates] as const).map((state) => {
          const amount = window?.states[state] ?? 0
          const isOn = (search.state ?? 'all') === state
          if (amount === 0 && !isOn && state !== 'all') return null
          return (
            <Chip
              key={state}
              isOn={isOn}
              amount={amount}
              onClick={() => onChange({ state: state === 'all' ? undefined : state })}
            >
              {t(`state.${state}`)}
            </Chip>
          )
        })}
      </fieldset>
      {labels.length > 0 || search.label !== undefined ? (
        <Select
          aria-label={t('transfers.byLabel')}
          value={search.label ?? ''}
          onChange={(event) => onChange({ label: event.target.value || undefined })}
        >
          <option value="">{t('transfers.anyLabel')}</option>
          {labels.map(([name, amount]) => (
            <option key={name} value={name}>
              {t('transfers.choice', { name, count: amount })}
            </option>
          ))}
        </Select>
      ) : null}
      <NetworkSelect
        value={search.network}
        amounts={window?.networks ?? {}}
        onChange={(network) => onChange({ network })}
      />
    </div>
  )
}

export interface FilterBoxProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly onLeave?: () => void
}

/** The box that `/` leads to; Esc empties it and leads back. */
export function FilterBox({ label, value, onChange, onLeave }: FilterBoxProps): ReactNode {
  return (
    <div className="relative w-full min-w-40 grow basis-full md:basis-40 md:w-auto md:max-w-64">
      <SearchInput
        data-filter
        aria-label={label}
        placeholder={label}
        value={value}
        maxLength={200}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' && event.key !== 'ArrowDown') return
          event.preventDefault()
          if (event.key === 'Escape') onChange('')
          event.currentTarget.blur()
          onLeave?.()
        }}
      />
    </div>
  )
}
