import type { ButtonHTMLAttributes, ReactNode } from 'react'

type Kind = 'plain' | 'main' | 'danger' | 'quiet'

const kinds: Readonly<Record<Kind, string>> = {
  main: 'bg-accent text-on-accent hover:brightness-110 border-transparent',
  danger: 'bg-bad-fill text-on-bad hover:brightness-110 border-transparent',
  plain: 'bg-card text-text border-line hover:bg-hover',
  quiet: 'bg-transparent text-text border-transparent hover:bg-hover',
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: Kind
  readonly icon?: ReactNode
  readonly ref?: React.Ref<HTMLButtonElement>
}

function buttonClass(kind: Kind = 'plain'): string {
  return `inline-flex touch min-h-9 shrink-0 items-center justify-center gap-2 rounded-lg border px-3 text-sm font-medium select-none disabled:opacity-50 disabled:cursor-default ${kinds[kind]}`
}

export function Button({ kind = 'plain', icon, children, className, ...rest }: ButtonProps): ReactNode {
  return (
    <button type="button" {...rest} className={`${buttonClass(kind)} ${className ?? ''}`}>
      {icon}
      {children}
    </button>
  )
}

export interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  readonly label: string
  readonly icon: ReactNode
  readonly ref?: React.Ref<HTMLButtonElement>
}

/** A button with a picture; its label is read aloud and shown by the pointer. */
export function IconButton({ label, icon, className, ...rest }: IconButtonProps): ReactNode {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={`touch inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-muted hover:bg-hover hover:text-text disabled:opacity-40 ${className ?? ''}`}
    >
      {icon}
    </button>
  )
}
