import type { DeviceView, NamedDevice } from '@kith/api/near.ts'
import type { ReactNode } from 'react'
import { useRef, useState } from 'react'
import { Checkbox } from '../../ui/field.tsx'
import { useDoing } from './use-near.ts'

/** Which of our paired devices may use something: shown at once as it was chosen, until the daemon says so too. */
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
  const doing = useDoing()
  const [wanted, setWanted] = useState<readonly string[]>()
  /** All of them are said each time, so the last has to be heard last. */
  const turn = useRef<Promise<unknown>>(Promise.resolve())
  const may = wanted ?? paired.flatMap(({ id }) => (to.some((one) => one.id === id) ? id : []))

  function choose(id: string, on: boolean): void {
    // Two boxes may be ticked before the daemon has answered to the first.
    const next = [...may.filter((one) => one !== id), ...(on ? [id] : [])]
    setWanted(next)
    const inTurn = async (before: Promise<unknown>): Promise<void> => {
      await before.catch(() => {})
      await grant(next)
    }
    doing.run(
      () => (turn.current = inTurn(turn.current)),
      undefined,
      () => setWanted((now) => (now === next ? undefined : now)),
    )
  }
  return (
    <fieldset className="flex flex-wrap items-center gap-x-4">
      <legend className="sr-only">{legend}</legend>
      {paired.map(({ id, name }) => (
        <Checkbox
          key={id}
          label={name}
          checked={may.includes(id)}
          onChange={({ target }) => choose(id, target.checked)}
        />
      ))}
    </fieldset>
  )
}
