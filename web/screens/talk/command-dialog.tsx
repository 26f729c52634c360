import type { RoomCommandView, RoomView } from '@kith/api/talk.ts'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
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
    <FormDialog
      title={person === undefined ? title : t('talk.commandTo', { title, name: person })}
      error={error}
      submit={{ label: t('talk.commandDo'), testId: 'command-submit' }}
      onSubmit={() => submit()}
      onClose={onClose}
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
    </FormDialog>
  )
}
