import { useQuery } from '@tanstack/react-query'
import { CornerLeftUp, File, Folder, FolderOpen } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../api.ts'
import { size } from '../format.ts'
import { t } from '../i18n/t.ts'
import { Button } from '../ui/button.tsx'
import { FaultNote } from '../ui/fault-note.tsx'
import { Field, TextInput } from '../ui/field.tsx'

export interface FolderFieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (path: string) => void
  readonly placeholder?: string | undefined
  /** Files can be chosen too. */
  readonly files?: boolean
}

/** A path on the daemon's machine: typed, or found by looking through its folders. */
export function FolderField({ label, value, onChange, placeholder, files = false }: FolderFieldProps): ReactNode {
  const [isOpen, setOpen] = useState(false)
  return (
    <div>
      <Field label={label}>
        {(id) => (
          <div className="flex gap-2">
            <TextInput
              id={id}
              value={value}
              placeholder={placeholder}
              spellCheck={false}
              onChange={(event) => onChange(event.target.value)}
            />
            <Button icon={<FolderOpen size={16} aria-hidden />} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              {t('folder.browse')}
            </Button>
          </div>
        )}
      </Field>
      {isOpen ? <Browser start={value || placeholder} files={files} onChoose={onChange} /> : null}
    </div>
  )
}

function Browser({
  start,
  files,
  onChoose,
}: {
  readonly start: string | undefined
  readonly files: boolean
  readonly onChoose: (path: string) => void
}): ReactNode {
  const client = useClient()
  const [path, setPath] = useState(start)
  const folder = useQuery({
    queryKey: ['folders', path, files],
    queryFn: ({ signal }) =>
      client.call('folders', {
        query: { ...(path === undefined ? {} : { path }), ...(files ? { files } : {}) },
        signal,
      }),
    placeholderData: (before) => before,
  })
  const go = (to: string): void => {
    setPath(to)
    onChoose(to)
  }
  const { data } = folder
  const below = (name: string): string => `${data!.path === '/' ? '' : data!.path}/${name}`
  return (
    <div className="mt-2 rounded-lg border border-line">
      <FaultNote error={folder.error} />
      {data === undefined ? null : (
        <>
          <p className="border-b border-line px-3 py-2 text-xs break-all text-muted">
            {data.path}
            {data.freeBytes === undefined ? '' : ` · ${t('folder.free', { size: size(data.freeBytes) })}`}
            {data.writable ? '' : ` · ${t('folder.readOnly')}`}
          </p>
          <ul className="max-h-52 overflow-y-auto p-1">
            {data.parent === undefined ? null : (
              <Line icon={<CornerLeftUp size={16} aria-hidden />} onChoose={() => go(data.parent!)}>
                {t('folder.up')}
              </Line>
            )}
            {data.entries.map((entry) => (
              <Line
                key={entry.name}
                icon={entry.folder ? <Folder size={16} aria-hidden /> : <File size={16} aria-hidden />}
                onChoose={() => (entry.folder ? go(below(entry.name)) : onChoose(below(entry.name)))}
                note={size(entry.size)}
              >
                {entry.name}
              </Line>
            ))}
            {data.entries.length === 0 ? <li className="px-3 py-2 text-sm text-muted">{t('folder.empty')}</li> : null}
          </ul>
        </>
      )}
    </div>
  )
}

function Line({
  icon,
  onChoose,
  note,
  children,
}: {
  readonly icon: ReactNode
  readonly onChoose: () => void
  readonly note?: string
  readonly children: ReactNode
}): ReactNode {
  return (
    <li>
      <button
        type="button"
        onClick={onChoose}
        className="touch flex min-h-8 w-full items-center gap-2 rounded-md px-2 text-left text-sm hover:bg-hover"
      >
        <span className="text-muted">{icon}</span>
        <span className="min-w-0 grow truncate">{children}</span>
        <span className="text-xs text-muted">{note}</span>
      </button>
    </li>
  )
}
