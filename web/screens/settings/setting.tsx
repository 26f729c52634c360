import type { Origin, SettingView } from '@kith/api/settings.ts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Lock, RotateCcw } from 'lucide-react'
import type { ReactNode } from 'react'
import { useId } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { Tag } from '../../ui/badge.tsx'
import { IconButton } from '../../ui/button.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { useTell } from '../../ui/toasts.tsx'
import { fieldTitle, valueText } from './find.ts'
import { SettingControl } from './setting-control.tsx'

/** What is to become of a setting: a new value, or the one it has without us. */
type Change = { readonly kind: 'set'; readonly value: unknown } | { readonly kind: 'unset' }

/** One setting: its name, what it does, where its value comes from, and the control, which saves at once. */
export function Setting({ setting }: { readonly setting: SettingView }): ReactNode {
  const { path, description, origin, locked, secret, apply, variable } = setting
  const id = useId()
  const client = useClient()
  const queries = useQueryClient()
  const tell = useTell()
  const title = fieldTitle(path)

  const change = useMutation({
    mutationFn: (to: Change) =>
      to.kind === 'set'
        ? client.call('setSetting', { params: { id: path }, body: { value: to.value } })
        : client.call('unsetSetting', { params: { id: path } }),
    onSuccess(after) {
      queries.setQueryData<readonly SettingView[]>(['settings'], (all) =>
        all?.map((one) => (one.path === after.path ? after : one)),
      )
      const back: Change = origin === 'page' ? { kind: 'set', value: setting.value } : { kind: 'unset' }
      const undo = secret ? undefined : { label: t('toast.undo'), run: () => change.mutate(back) }
      tell.done(
        after.apply === 'restart' ? t('settings.savedRestart', { title }) : t('settings.saved', { title }),
        undo,
      )
    },
  })

  return (
    <li className="grid items-start gap-x-6 gap-y-2 py-3 md:grid-cols-[1fr_18rem]">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2">
          <label htmlFor={id} className="text-sm font-medium">
            {title}
          </label>
          <OriginTag origin={origin} />
          {apply === 'restart' ? <Tag>{t('settings.restart')}</Tag> : null}
        </p>
        <p id={`${id}-about`} className="mt-0.5 text-sm text-muted">
          {description}
        </p>
        {locked ? (
          <p className="mt-1 flex items-center gap-1.5 text-xs text-warn">
            <Lock size={12} aria-hidden className="shrink-0" />
            {origin === 'environment'
              ? t('settings.lockedBy.environment', { variable })
              : t(`settings.lockedBy.${origin}`)}
          </p>
        ) : null}
      </div>
      <div className="min-w-0">
        <FaultNote error={change.error} />
        <div className="flex items-center gap-1">
          <SettingControl
            id={id}
            setting={setting}
            label={title}
            onChange={(value) => change.mutate({ kind: 'set', value })}
            onSame={change.reset}
          />
          {origin === 'page' && !locked ? (
            <IconButton
              label={t('settings.reset', { title })}
              icon={<RotateCcw size={16} aria-hidden />}
              onClick={() => change.mutate({ kind: 'unset' })}
            />
          ) : null}
        </div>
        {origin === 'default' || secret ? null : (
          <p className="mt-1 text-xs text-muted">{t('settings.default', { value: defaultText(setting) })}</p>
        )}
      </div>
    </li>
  )
}

function OriginTag({ origin }: { readonly origin: Origin }): ReactNode {
  return origin === 'default' ? null : <Tag>{t(`settings.origin.${origin}`)}</Tag>
}

function defaultText({ default: value, unit }: SettingView): string {
  if (typeof value === 'boolean') return value ? t('settings.on') : t('settings.off')
  const text = valueText(value)
  if (text === '') return t('settings.empty')
  return unit === undefined ? text : t('settings.withUnit', { value: text, unit })
}
