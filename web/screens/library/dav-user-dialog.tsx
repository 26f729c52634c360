import type { DavUserView } from '@kith/api/dav.ts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Field, Select, TextInput } from '../../ui/field.tsx'

const choices = ['none', 'read', 'write'] as const
type Choice = (typeof choices)[number]

export interface DavUserDialogProps {
  /** Without one: somebody new. */
  readonly user?: DavUserView | undefined
  readonly onClose: () => void
}

/** Somebody who comes by WebDAV: the password, and what may be done in each shared folder. */
export function DavUserDialog({ user, onClose }: DavUserDialogProps): ReactNode {
  const client = useClient()
  const queries = useQueryClient()
  const { value: folders } = useLive({ view: 'sharedFolders' })
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [rights, setRights] = useState<ReadonlyMap<string, Choice>>(
    () =>
      new Map<string, Choice>([
        ...(user?.read ?? []).map((one) => [one, 'read'] as const),
        ...(user?.write ?? []).map((one) => [one, 'write'] as const),
      ]),
  )
  const having = (wanted: Choice): string[] => [...rights].flatMap(([folder, is]) => (is === wanted ? [folder] : []))
  const save = useMutation({
    mutationFn: () =>
      client.call('setDavUser', {
        params: { id: user?.name ?? name.trim() },
        body: { read: having('read'), write: having('write'), ...(password === '' ? {} : { password }) },
      }),
    onSuccess() {
      onClose()
      return queries.invalidateQueries({ queryKey: ['dav'] })
    },
  })
  return (
    <FormDialog
      title={user === undefined ? t('webdav.addUser') : t('webdav.changeTitle', { name: user.name })}
      error={save.error}
      submit={{ label: t('dialog.save'), disabled: save.isPending || (user === undefined && name.trim() === '') }}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      {user === undefined ? (
        <Field label={t('webdav.name')} hint={t('webdav.nameHint')}>
          {(id) => (
            <TextInput
              id={id}
              data-first
              required
              maxLength={64}
              autoComplete="off"
              spellCheck={false}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      <Field
        label={t('webdav.password')}
        hint={user === undefined ? t('webdav.passwordHint') : t('webdav.passwordStays')}
      >
        {(id) => (
          <TextInput
            id={id}
            type="password"
            autoComplete="new-password"
            required={user === undefined}
            minLength={8}
            maxLength={256}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      <fieldset>
        <legend className="mb-1 text-sm font-medium">{t('webdav.rights')}</legend>
        {folders?.length === 0 ? <p className="text-sm text-muted">{t('webdav.noFolders')}</p> : null}
        <ul className="divide-y divide-line">
          {folders?.map((folder) => (
            <li key={folder.id} className="flex items-center gap-3 py-1.5 text-sm">
              <span className="min-w-0 grow break-words">{folder.name}</span>
              <Select
                className="shrink-0"
                aria-label={t('webdav.rightsIn', { name: folder.name })}
                value={rights.get(folder.name) ?? 'none'}
                onChange={({ target }) =>
                  setRights(new Map([...rights, [folder.name, choices.find((one) => one === target.value) ?? 'none']]))
                }
              >
                {choices.map((one) => (
                  <option key={one} value={one}>
                    {t(`webdav.right.${one}`)}
                  </option>
                ))}
              </Select>
            </li>
          ))}
        </ul>
      </fieldset>
    </FormDialog>
  )
}
