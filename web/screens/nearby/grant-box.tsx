import type { DeviceView } from '@kith/api/near.ts'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { Checkbox } from '../../ui/field.tsx'
import { useDoing } from './use-near.ts'

/** Whether a device may use something: shown at once as it was chosen, until the daemon has it. */
export function GrantBox({
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
  const [wanted, setWanted] = useState(is)
  return (
    <Checkbox
      label={device.name}
      checked={doing.isBusy ? wanted : is}
      onChange={({ target }) => {
        const others = to.filter(({ id }) => id !== device.id)
        setWanted(target.checked)
        doing.run(() => grant([...others, ...(target.checked ? [device] : [])].map(({ id }) => id)))
      }}
    />
  )
}
