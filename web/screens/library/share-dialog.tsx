import type { Audience, SharedFolder } from '@kith/api/sharing.ts'
import { audiences } from '@kith/api/sharing.ts'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { FolderField } from '../../add/folder-field.tsx'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Checkbox, Field, Select, TextArea, TextInput } from '../../ui/field.tsx'

export interface ShareDialogProps {
  /** A folder that is shared already, to be shared in another way. */
  readonly folder?: SharedFolder | undefined
  readonly onClose: () => void
}

/** Who may see a folder of the daemon's machine, where, and what of it. */
export function ShareDialog({ folder, onClose }: ShareDialogProps): ReactNode {
  const client = useClient()
  const { value: networks } = useLive({ view: 'networks' })
  const [path, setPath] = useState(folder?.path ?? '')
  const [name, setName] = useState(folder?.name ?? '')
  const [audience, setAudience] = useState<Audience>(folder?.audience ?? 'everyone')
  /** Undefined: on all networks. */
  const [only, setOnly] = useState(folder?.networks)
  /** Undefined: what is usually left out. */
  const [ignore, setIgnore] = useState(folder?.ignore.join('\n'))
  const save = useMutation({
    mutationFn() {
      const lines = ignore?.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))
      const body = {
        audience,
        ...(name.trim() === '' ? {} : { name: name.trim() }),
        ...(lines === undefined ? {} : { ignore: lines }),
      }
      return folder === undefined
        ? client.call('shareFolder', {
            body: { ...body, path: path.trim(), ...(only === undefined ? {} : { networks: only }) },
          })
        : client.call('changeShared', { params: { id: String(folder.id) }, body: { ...body, networks: only ?? null } })
    },
    onSuccess: onClose,
  })
  const ids = networks?.map(({ id }) => id) ?? []
  return (
    <FormDialog
      title={folder === undefined ? t('share.open') : t('share.changeTitle', { name: folder.name })}
      error={save.error}
      submit={{
        label: folder === undefined ? t('share.submit') : t('dialog.save'),
        disabled: path.trim() === '' || save.isPending,
        testId: 'share-submit',
      }}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      {folder === undefined ? (
        <FolderField
          label={t('share.path')}
          value={path}
          onChange={(next) => {
            // What was wrong with the former one says nothing of this.
            save.reset()
            setPath(next)
          }}
        />
      ) : (
        <p className="text-sm break-all text-muted">{folder.path}</p>
      )}
      <Field label={t('share.name')} hint={t('share.nameHint')}>
        {(id) => <TextInput id={id} maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label={t('share.audience')} hint={t(`audience.${audience}.hint`)}>
        {(id) => (
          <Select
            id={id}
            className="w-full"
            value={audience}
            onChange={(event) => setAudience(audiences.find((one) => one === event.target.value)!)}
          >
            {audiences.map((one) => (
              <option key={one} value={one}>
                {t(`audience.${one}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <fieldset>
        <legend className="text-sm font-medium">{t('share.networks')}</legend>
        <Checkbox
          label={t('share.allNetworks')}
          checked={only === undefined}
          onChange={(event) => setOnly(event.target.checked ? undefined : ids)}
        />
        {only === undefined
          ? null
          : networks?.map(({ id, title }) => (
              <Checkbox
                key={id}
                label={title}
                checked={only.includes(id)}
                onChange={(event) =>
                  setOnly(ids.filter((one) => (one === id ? event.target.checked : only.includes(one))))
                }
              />
            ))}
      </fieldset>
      <Field label={t('share.ignore')} hint={t('share.ignoreHint')}>
        {(id) => (
          <TextArea
            id={id}
            rows={3}
            spellCheck={false}
            placeholder={t('share.ignoreUsual')}
            value={ignore ?? ''}
            onChange={(event) => setIgnore(event.target.value)}
          />
        )}
      </Field>
    </FormDialog>
  )
}
