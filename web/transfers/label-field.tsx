import type { ReactNode } from 'react'
import { useLive } from '../live/use-live.ts'
import { Field, TextInput } from '../ui/field.tsx'

const noRows = { view: 'transfers', query: { count: 0 } } as const

/** A label for transfers; those that there are already are proposed. */
export function LabelField({
  label,
  value,
  onChange,
  hint,
  first,
}: {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly hint?: string
  /** It has the focus when the dialog opens. */
  readonly first?: true
}): ReactNode {
  const { value: list } = useLive(noRows)
  return (
    <Field label={label} hint={hint}>
      {(id) => (
        <>
          <TextInput
            id={id}
            list={`${id}-labels`}
            data-first={first}
            maxLength={100}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id={`${id}-labels`}>
            {Object.keys(list?.labels ?? {}).map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </datalist>
        </>
      )}
    </Field>
  )
}
