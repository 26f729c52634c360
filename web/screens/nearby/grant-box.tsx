import type { DeviceView, NamedDevice } from '@kith/api/near.ts'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { Checkbox } from '../../ui/field.tsx'
import { useDoing } from './use-near.ts'

/** Which of our paired devices may use something. */
export function Grants({
  legend,
  paired,
  to,
  grant,
}: {
  readonly legend: string
  readonly paired: readonly DeviceView[]
  /** Those that may now. */
  readonly to: readonly NamedDevice[]
  readonly grant: (ids: readonly string[]) => Promise<unknown>
}): ReactNode {
  return (
    <fieldset className="flex flex-wrap items-center gap-x-4">
      <legend className="sr-only">{legend}</legend>
      {paired.map((device) => (
        <GrantBox
          key={device.id}
          device={device}
          to={paired.filter(({ id }) => to.some((one) => one.id === id))}
          grant={grant}
        />
      ))}
    </fieldset>
  )
}

/** Whether a device may use something: shown at once as it was chosen, until the daemon says so too. */
function GrantBox({
  device,
  to,
  grant,
}: {
  readonly device: DeviceView
  /** Those that may now. */
  readonly to: readonly DeviceView[]
  readonly grant: (ids: readonly string[]) => Promise<unknown>
}): ReactNode {
  const doing = useDoing()
  const is = to.some(({ id }) => id === device.id)
  const [wanted, setWanted] = useState<boolean>()
  if (wanted === is && !doing.isBusy) setWanted(undefined)
  return (
    <Checkbox
      label={device.name}
      checked={wanted ?? is}
      onChange={({ target }) => {
        const others = to.filter(({ id }) => id !== device.id)
        const ids = [...others, ...(target.checked ? [device] : [])].map(({ id }) => id)
        setWanted(target.checked)
        doing.run(() =>
          grant(ids).catch((error: unknown) => {
            setWanted(undefined)
            throw error
          }),
        )
      }}
    />
  )
}
