import { Switch as BaseSwitch } from '@base-ui/react/switch'
import { ChevronDown } from 'lucide-react'
import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from 'react'
import { useId } from 'react'

export const inputClass =
  'touch min-h-9 w-full min-w-0 rounded-lg border border-edge bg-card px-3 text-sm text-text placeholder:text-muted disabled:opacity-75'

/** A label above what it names. */
export function Field({
  label,
  hint,
  children,
}: {
  readonly label: string
  readonly hint?: ReactNode
  readonly children: (id: string) => ReactNode
}): ReactNode {
  const id = useId()
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children(id)}
      {hint === undefined ? null : <p className="text-xs text-muted">{hint}</p>}
    </div>
  )
}

export function TextInput({
  className,
  ...rest
}: InputHTMLAttributes<HTMLInputElement> & { readonly ref?: React.Ref<HTMLInputElement> }): ReactNode {
  return <input type="text" {...rest} className={`${inputClass} ${className ?? ''}`} />
}

export function TextArea({
  className,
  ...rest
}: TextareaHTMLAttributes<HTMLTextAreaElement> & { readonly ref?: React.Ref<HTMLTextAreaElement> }): ReactNode {
  return <textarea {...rest} className={`${inputClass} py-2 ${className ?? ''}`} />
}

export function Select({ className, ...rest }: SelectHTMLAttributes<HTMLSelectElement>): ReactNode {
  return (
    <span className={`relative inline-flex ${className ?? ''}`}>
      <select {...rest} className={`${inputClass} appearance-none pr-9`} />
      <ChevronDown
        size={16}
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-3 -translate-y-1/2 text-muted"
      />
    </span>
  )
}

export function Checkbox({
  label,
  ...rest
}: Omit<InputHTMLAttributes<HTMLInputElement>, 'type'> & { readonly label: string }): ReactNode {
  return (
    <label className="touch flex min-h-9 cursor-pointer items-center gap-3 text-sm">
      <input type="checkbox" {...rest} className="size-4.5 shrink-0 accent-accent" />
      {label}
    </label>
  )
}

export function Switch({
  checked,
  onChange,
  label,
  disabled = false,
  testId,
  id,
}: {
  readonly id?: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly label: string
  readonly disabled?: boolean
  readonly testId?: string
}): ReactNode {
  return (
    <BaseSwitch.Root
      id={id}
      aria-label={label}
      checked={checked}
      onCheckedChange={onChange}
      disabled={disabled}
      data-testid={testId}
      className="relative inline-flex h-6 w-11 shrink-0 cursor-pointer items-center rounded-full border border-edge bg-track p-0.5 after:absolute after:-inset-2.5 data-checked:border-accent data-checked:bg-accent data-disabled:cursor-default data-disabled:opacity-50"
    >
      <BaseSwitch.Thumb className="size-4.5 rounded-full bg-edge transition-transform data-checked:translate-x-5 data-checked:bg-on-accent" />
    </BaseSwitch.Root>
  )
}
