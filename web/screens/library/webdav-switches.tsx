import type { SettingView } from '@kith/api/settings.ts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useId, useState } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { FaultNote } from '../../ui/fault-note.tsx'
import { Switch } from '../../ui/field.tsx'
import { useTell } from '../../ui/toasts.tsx'

const here = '127.0.0.1'
const everywhere = '0.0.0.0'

/** Whether file managers reach the shared folders, and whether those of other machines do. Both are settings. */
export function WebdavSwitches({ on }: { readonly on: boolean }): ReactNode {
  const client = useClient()
  const queries = useQueryClient()
  const tell = useTell()
  const { data, error } = useQuery({
    queryKey: ['settings'],
    queryFn: ({ signal }) => client.call('settings', { signal }),
  })
  const [wanted, setWanted] = useState<readonly [string, boolean]>()
  const setting = (path: string): SettingView | undefined => data?.find((one) => one.path === path)
  const listen = setting('webdav.listen')
  const encryption = setting('webdav.encryption')?.value
  const isOpen = listen !== undefined && !/^(127\.|::1$|localhost$)/.test(String(listen.value))
  const shown = (path: string, now: boolean): boolean => (wanted?.[0] === path ? wanted[1] : now)
  const change = async (path: string, checked: boolean, value: unknown): Promise<void> => {
    setWanted([path, checked])
    await client.call('setSetting', { params: { id: path }, body: { value } }).catch(tell.failed)
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['settings'] }),
      queries.invalidateQueries({ queryKey: ['dav'] }),
    ])
    setWanted(undefined)
  }
  const open = !isOpen ? 'loopback' : encryption === 'never' ? 'open' : 'tls'
  return (
    <>
      <FaultNote error={error} />
      <Line
        label={t('webdav.on')}
        hint={t('webdav.onHint')}
        checked={shown('webdav.on', on)}
        locked={setting('webdav.on')?.locked !== false}
        onChange={(checked) => void change('webdav.on', checked, checked)}
      />
      {listen === undefined ? null : (
        <Line
          label={t('webdav.beyond')}
          hint={t(`webdav.beyond.${open}`)}
          warns={open === 'open'}
          checked={shown('webdav.listen', isOpen)}
          locked={listen.locked}
          onChange={(checked) => void change('webdav.listen', checked, checked ? everywhere : here)}
        />
      )}
    </>
  )
}

function Line({
  label,
  hint,
  warns = false,
  checked,
  locked,
  onChange,
}: {
  readonly label: string
  readonly hint: string
  readonly warns?: boolean
  readonly checked: boolean
  /** Said on the command line or by a variable, which the page does not change. */
  readonly locked: boolean
  readonly onChange: (checked: boolean) => void
}): ReactNode {
  const id = useId()
  return (
    <div className="flex items-start gap-4 py-1.5">
      <div className="min-w-0 grow">
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        <p className={`text-sm ${warns ? 'text-warn' : 'text-muted'}`}>{hint}</p>
      </div>
      <Switch id={id} label={label} checked={checked} disabled={locked} onChange={onChange} />
    </div>
  )
}
