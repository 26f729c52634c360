import type { SettingView } from '@kith/api/settings.ts'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { t } from '../../i18n/t.ts'
import { Select, Switch, TextArea, TextInput } from '../../ui/field.tsx'
import { valueText } from './find.ts'

export interface SettingControlProps {
  readonly id: string
  readonly label: string
  readonly setting: SettingView
  readonly onChange: (value: unknown) => void
  /** What was typed is what is saved already. */
  readonly onSame: () => void
}

/** The control that fits the kind of value. */
export function SettingControl(props: SettingControlProps): ReactNode {
  const { id, label, setting, onChange } = props
  const testId = `setting-${setting.path}`
  switch (setting.kind) {
    case 'flag':
      return (
        <div className="flex grow justify-end">
          <Switch
            id={id}
            label={label}
            checked={setting.value === true}
            onChange={onChange}
            disabled={setting.locked}
            testId={testId}
          />
        </div>
      )
    case 'choice':
      return (
        <Select
          id={id}
          aria-describedby={`${id}-about`}
          className="w-full"
          disabled={setting.locked}
          value={valueText(setting.value)}
          data-testid={testId}
          onChange={(event) => onChange(event.target.value)}
        >
          {setting.choices?.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </Select>
      )
    case 'list':
      return <Lines {...props} testId={testId} />
    case 'integer':
    case 'text':
      return <Line {...props} testId={testId} />
  }
}

interface Draft {
  readonly text: string
  readonly set: (text: string) => void
  readonly commit: () => void
  readonly drop: () => void
}

/** What is typed, until it is left or confirmed; then it is saved if it differs. */
function useDraft(saved: string, save: (text: string) => void, same: () => void): Draft {
  const [draft, setDraft] = useState({ over: saved, text: saved })
  // A value that was saved meanwhile is newer than what was typed over the one before it.
  const text = draft.over === saved ? draft.text : saved
  const set = (to: string): void => setDraft({ over: saved, text: to })
  return {
    text,
    set,
    commit: () => (text === saved ? same() : save(text)),
    drop: () => set(saved),
  }
}

type LineProps = SettingControlProps & { readonly testId: string }

function Line({ id, setting, testId, onChange, onSame }: LineProps): ReactNode {
  const isNumber = setting.kind === 'integer'
  const save = (text: string): void => onChange(isNumber && text.trim() !== '' ? Number(text) : text)
  const draft = useDraft(valueText(setting.value), save, onSame)
  return (
    <span className="flex grow items-center gap-2">
      <TextInput
        id={id}
        type={setting.secret ? 'password' : isNumber ? 'number' : 'text'}
        min={isNumber ? setting.minimum : undefined}
        max={isNumber ? setting.maximum : undefined}
        autoComplete={setting.secret ? 'new-password' : 'off'}
        spellCheck={false}
        aria-describedby={`${id}-about`}
        placeholder={setting.secret ? t('settings.secret') : undefined}
        disabled={setting.locked}
        value={draft.text}
        data-testid={testId}
        onChange={(event) => draft.set(event.target.value)}
        onBlur={draft.commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') draft.commit()
          if (event.key === 'Escape') draft.drop()
        }}
      />
      {setting.unit === undefined ? null : <span className="shrink-0 text-sm text-muted">{setting.unit}</span>}
    </span>
  )
}

function Lines({ id, setting, testId, onChange, onSame }: LineProps): ReactNode {
  const saved = Array.isArray(setting.value) ? setting.value.join('\n') : ''
  const save = (text: string): void =>
    onChange(
      text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
    )
  const draft = useDraft(saved, save, onSame)
  return (
    <TextArea
      id={id}
      rows={3}
      spellCheck={false}
      aria-describedby={`${id}-about`}
      placeholder={t('settings.onePerLine')}
      disabled={setting.locked}
      value={draft.text}
      data-testid={testId}
      onChange={(event) => draft.set(event.target.value)}
      onBlur={draft.commit}
    />
  )
}
