import type { AddRequest } from '@kith/api/transfer-changes.ts'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { FileUp, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useRef, useState } from 'react'
import { useClient } from '../api.ts'
import { size } from '../format.ts'
import { t } from '../i18n/t.ts'
import { useLive } from '../live/use-live.ts'
import type { AddStart } from '../shell/dialogs.ts'
import { useKept } from '../shell/kept.ts'
import { useWide } from '../shell/use-wide.ts'
import { LabelField } from '../transfers/label-field.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Dialog, DialogButtons } from '../ui/dialog.tsx'
import { FaultNote } from '../ui/fault-note.tsx'
import { Checkbox, Field, TextArea } from '../ui/field.tsx'
import { useTell } from '../ui/toasts.tsx'
import { base64 } from './base64.ts'
import { FolderField } from './folder-field.tsx'
import { gatewayNetwork, wishes } from './links.ts'

type Wish = Pick<AddRequest, 'link' | 'document'>

/** Links and documents, and where and how to get them. */
export function AddDialog({ start, onClose }: { readonly start: AddStart; readonly onClose: () => void }): ReactNode {
  const client = useClient()
  const tell = useTell()
  const navigate = useNavigate()
  const { value: status } = useLive({ view: 'status' })
  const [text, setText] = useState((start.links ?? []).join('\n'))
  const [documents, setDocuments] = useState<readonly File[]>(start.documents ?? [])
  const [folder, setFolder] = useKept('add.folder', '')
  const [label, setLabel] = useState('')
  const [isPaused, setPaused] = useState(false)
  const [isSequential, setSequential] = useState(false)
  const isWide = useWide()
  const picker = useRef<HTMLInputElement>(null)

  const add = useMutation({
    async mutationFn() {
      const options = {
        ...(folder.trim() === '' ? {} : { directory: folder.trim() }),
        ...(label.trim() === '' ? {} : { label: label.trim() }),
        ...(isPaused ? { paused: true } : {}),
        ...(isSequential ? { sequential: true } : {}),
      }
      const send = (wish: Wish) => client.call('add', { body: { ...wish, ...options } })
      const links = wishes(text)
      const added: Awaited<ReturnType<typeof send>>[] = []
      const networks = await client.call('networks')
      let entered = 0
      // What was taken goes from the dialog, so that after a failure only the rest is there to be tried again.
      for (const [index, link] of links.entries()) {
        const id = gatewayNetwork(link, networks)
        if (id === undefined) added.push(await send({ link }))
        else {
          await client.call('attach', { params: { id }, body: { address: link } })
          entered++
        }
        setText(links.slice(index + 1).join('\n'))
      }
      for (const [index, file] of documents.entries()) {
        added.push(await send({ document: base64(new Uint8Array(await file.arrayBuffer())) }))
        setDocuments(documents.slice(index + 1))
      }
      return { added, entered }
    },
    onSuccess({ added, entered }) {
      onClose()
      const [first] = added
      if (entered > 0) tell.done(t('toast.entered', { count: entered }))
      if (first === undefined) return void (entered > 0 && navigate({ to: '/talk' }))
      tell.done(
        first.duplicate && added.length === 1
          ? t('toast.duplicate', { name: first.transfer.name })
          : t('toast.added', { count: added.length, name: first.transfer.name }),
      )
      void navigate({ to: '/transfers', search: added.length === 1 && isWide ? { id: first.transfer.id } : {} })
    },
  })

  const isEmpty = text.trim() === '' && documents.length === 0
  return (
    <Dialog title={t('add.title')} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!isEmpty) add.mutate()
        }}
      >
        <FaultNote error={add.error} />
        <Field label={t('add.links')} hint={t('add.linksHint')}>
          {(id) => (
            <TextArea
              id={id}
              rows={4}
              data-first
              spellCheck={false}
              placeholder={t('add.linksExample')}
              value={text}
              data-testid="add-link"
              className="font-mono text-xs break-all"
              onChange={(event) => setText(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || event.shiftKey) return
                event.preventDefault()
                event.currentTarget.form?.requestSubmit()
              }}
            />
          )}
        </Field>
        <div>
          <input
            ref={picker}
            type="file"
            multiple
            accept=".torrent"
            className="sr-only"
            tabIndex={-1}
            aria-label={t('add.choose')}
            data-testid="add-file"
            onChange={(event) => setDocuments([...documents, ...(event.target.files ?? [])])}
          />
          <Button icon={<FileUp size={16} aria-hidden />} onClick={() => picker.current?.click()}>
            {t('add.choose')}
          </Button>
          <ul className="mt-2 flex flex-col gap-1">
            {documents.map((file) => (
              <li key={`${file.name} ${file.lastModified} ${file.size}`} className="flex items-center gap-2 text-sm">
                <span className="min-w-0 grow truncate">{file.name}</span>
                <span className="text-xs text-muted">{size(file.size)}</span>
                <IconButton
                  label={t('add.leaveOut', { name: file.name })}
                  icon={<X size={16} aria-hidden />}
                  onClick={() => setDocuments(documents.filter((one) => one !== file))}
                />
              </li>
            ))}
          </ul>
        </div>
        <FolderField label={t('add.folder')} value={folder} onChange={setFolder} placeholder={status?.downloads} />
        <LabelField label={t('add.label')} value={label} onChange={setLabel} />
        <div className="flex flex-wrap gap-x-6">
          <Checkbox label={t('add.paused')} checked={isPaused} onChange={(event) => setPaused(event.target.checked)} />
          <Checkbox
            label={t('add.sequential')}
            checked={isSequential}
            onChange={(event) => setSequential(event.target.checked)}
          />
        </div>
        <DialogButtons>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button kind="main" type="submit" disabled={isEmpty || add.isPending} data-testid="add-submit">
            {t('add.submit')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
