import type { RoomCommandView, RoomView } from '@kith/api/talk.ts'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { Field, TextInput } from '../../ui/field.tsx'

export interface CommandDialogProps {
  readonly room: RoomView
  readonly command: RoomCommandView
  /** To whom it is done. */
  readonly person?: string
  readonly onClose: () => void
}

/** What has to be answered before a room does what was chosen in its menu. */
export function CommandDialog({ room, command, person, onClose }: CommandDialogProps): ReactNode {
  const client = useClient()
  const [answers, setAnswers] = useState<Readonly<Record<string, string>>>({})
  const [error, setError] = useState<unknown>()
  const submit = (): void => {
    const body = {
      command: command.id,
      answers: Object.fromEntries(command.asks.map((ask) => [ask, answers[ask] ?? ''])),
      ...(person === undefined ? {} : { person }),
    }
    client.call('runRoomCommand', { params: { id: room.id }, body }).then(onClose, setError)
  }
  const title = command.path.at(-1) ?? ''
  return (
    <Dialog title={person === undefined ? title : t('talk.commandTo', { title, name: person })} onClose={onClose}>
      <FaultNote error={error} />
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        {command.asks.map((ask, index) => (
          <Field key={ask} label={ask}>
            {(id) => (
              <TextInput
                id={id}
                {...(index === 0 ? { 'data-first': true } : {})}
                value={answers[ask] ?? ''}
                maxLength={1_000}
                autoComplete="off"
                onChange={(event) => setAnswers({ ...answers, [ask]: event.target.value })}
              />
            )}
          </Field>
        ))}
        <DialogButtons>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button kind="main" type="submit" data-testid="command-submit">
            {t('talk.commandDo')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
