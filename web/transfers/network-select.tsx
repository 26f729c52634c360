import type { ReactNode } from 'react'
import { t } from '../i18n/t.ts'
import { networkName } from '../network-name.ts'
import { Select } from '../ui/field.tsx'

/** A network to choose by, or any; nothing where there is no choice. `amounts` says how many there are of each. */
export function NetworkSelect({
  value,
  amounts,
  className,
  onChange,
}: {
  readonly value: string | undefined
  readonly amounts: Readonly<Record<string, number>>
  readonly className?: string
  readonly onChange: (network: string | undefined) => void
}): ReactNode {
  const networks = Object.entries(amounts)
  if (networks.length < 2 && value === undefined) return null
  return (
    <Select
      className={className}
      aria-label={t('transfers.byNetwork')}
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value || undefined)}
    >
      <option value="">{t('transfers.anyNetwork')}</option>
      {networks.map(([id, amount]) => (
        <option key={id} value={id}>
          {t('transfers.choice', { name: networkName(id), count: amount })}
        </option>
      ))}
    </Select>
  )
}
