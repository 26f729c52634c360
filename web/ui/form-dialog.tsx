import type { ReactNode } from 'react'
import { t } from '../i18n/t.ts'
import { Button } from './button.tsx'
import { Dialog, DialogButtons } from './dialog.tsx'
import { FaultNote } from './fault-note.tsx'

/** A dialog that asks for something and does one thing with it, or does not; why it failed stands above. */
export function FormDialog({
  title,
  error,
  submit,
  children,
  onSubmit,
  onClose,
}: {
  readonly title: string
  readonly error: unknown
  /** The button that does it. */
  readonly submit: {
    readonly label: string
    readonly kind?: 'main' | 'danger'
    readonly disabled?: boolean
    readonly testId?: string
  }
  readonly children: ReactNode
  readonly onSubmit: () => void
  readonly onClose: () => void
}): ReactNode {
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (submit.disabled !== true) onSubmit()
        }}
      >
        <FaultNote error={error} />
        {children}
        <DialogButtons>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button
            kind={submit.kind ?? 'main'}
            type="submit"
            disabled={submit.disabled === true}
            data-testid={submit.testId}
          >
            {submit.label}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
