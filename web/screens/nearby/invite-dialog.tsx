import { useQuery } from '@tanstack/react-query'
import { Copy } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { copyText } from '../../copy.ts'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { Qr } from '../../ui/qr.tsx'
import { useTell } from '../../ui/toasts.tsx'
import { useDoing, useNear } from './use-near.ts'

/** A new invitation, as a link and as a picture for a camera. */
export function InviteDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const client = useClient()
  const tell = useTell()
  const doing = useDoing()
  const {
    data: made,
    dataUpdatedAt: madeAt,
    error,
  } = useQuery({
    queryKey: ['invite'],
    queryFn: ({ signal }) => client.call('invite', { body: {}, signal }),
    // Each opening of the dialog is one invitation, however often it is drawn.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  })
  const { data: open, dataUpdatedAt: openAt } = useNear('invitations', made !== undefined)
  // A list of before does not know it yet.
  const isUsed = made !== undefined && openAt > madeAt && open?.every(({ id }) => id !== made.id) === true
  const copy = (link: string): void => {
    copyText(link).then(
      () => tell.done(t('nearby.copied')),
      (failure: unknown) => tell.failed(failure),
    )
  }
  return (
    <Dialog title={t('nearby.invite')} onClose={onClose}>
      <FaultNote error={error} />
      {made === undefined ? null : (
        <div className="flex flex-col gap-3">
          <p className="text-sm">{t('nearby.inviteHow')}</p>
          <Qr text={made.link} label={t('nearby.inviteCode')} />
          <p className="rounded-lg border border-line bg-card p-2 font-mono text-xs break-all" data-testid="invitation">
            {made.link}
          </p>
          <output className="text-sm text-muted">{isUsed ? t('nearby.inviteUsed') : t('nearby.inviteHint')}</output>
          <DialogButtons>
            <Button
              disabled={isUsed}
              onClick={() => {
                doing.run(() => client.call('takeBackInvitation', { params: { id: made.id } }))
                onClose()
              }}
            >
              {t('nearby.takeBack')}
            </Button>
            <Button kind="main" icon={<Copy size={16} aria-hidden />} onClick={() => copy(made.link)}>
              {t('nearby.copy')}
            </Button>
          </DialogButtons>
        </div>
      )}
    </Dialog>
  )
}
