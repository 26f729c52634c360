import type { Transfer } from '@kith/api/transfers.ts'
import { useClient } from '../api.ts'
import { copyText } from '../copy.ts'
import { t } from '../i18n/t.ts'
import { useDialogs } from '../shell/dialogs.ts'
import { useTell } from '../ui/toasts.tsx'

export type Row = Pick<Transfer, 'id' | 'name'>

export interface TransferActions {
  readonly pause: (rows: readonly Row[]) => void
  readonly resume: (rows: readonly Row[]) => void
  readonly recheck: (rows: readonly Row[]) => void
  /** Asks first, since files may go. */
  readonly remove: (rows: readonly Row[]) => void
  readonly label: (
    ids: readonly string[],
    label: string | undefined,
    undo?: ReadonlyMap<string, string | undefined>,
  ) => void
  readonly sequential: (row: Transfer, on: boolean) => void
  readonly copy: (text: string) => void
}

const opposite = { pause: 'resume', resume: 'pause' } as const

/** What can be done with transfers; each says what it did, and offers the way back. */
export function useTransferActions(): TransferActions {
  const client = useClient()
  const tell = useTell()
  const { open } = useDialogs()

  async function bulk(action: 'pause' | 'resume' | 'recheck', rows: readonly Row[], isUndo = false): Promise<void> {
    if (rows.length === 0) return
    try {
      const done = await client.call('bulk', { body: { action, ids: rows.map(({ id }) => id) } })
      if (isUndo) return
      const undo =
        action === 'recheck'
          ? undefined
          : { label: t('toast.undo'), run: () => void bulk(opposite[action], rows, true) }
      tell.done(t(`toast.${action}`, { count: done.length, name: rows[0]!.name }), undo)
    } catch (error) {
      tell.failed(error)
    }
  }

  function label(
    ids: readonly string[],
    text: string | undefined,
    before?: ReadonlyMap<string, string | undefined>,
  ): void {
    const set = (id: string, value: string | undefined): Promise<unknown> =>
      client.call('changeTransfer', { params: { id }, body: { label: value ?? null } })
    Promise.all(ids.map((id) => set(id, text))).then(
      () =>
        tell.done(
          text === undefined
            ? t('toast.unlabelled', { count: ids.length })
            : t('toast.labelled', { count: ids.length, label: text }),
          before === undefined
            ? undefined
            : {
                label: t('toast.undo'),
                run: () => void Promise.all([...before].map(([id, value]) => set(id, value))).catch(tell.failed),
              },
        ),
      tell.failed,
    )
  }

  return {
    pause: (rows) => void bulk('pause', rows),
    resume: (rows) => void bulk('resume', rows),
    recheck: (rows) => void bulk('recheck', rows),
    remove: (rows) => rows.length > 0 && open({ kind: 'remove', rows }),
    label,
    sequential: (row, on) =>
      void client.call('changeTransfer', { params: { id: row.id }, body: { sequential: on } }).catch(tell.failed),
    copy: (text) => void copyText(text).then(() => tell.done(t('toast.copied')), tell.failed),
  }
}
