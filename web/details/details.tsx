import type { TransferDetails } from '@kith/api/transfers.ts'
import { Tabs } from '@base-ui/react/tabs'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useEffect, useState } from 'react'
import { t } from '../i18n/t.ts'
import { useLive } from '../live/use-live.ts'
import { useWide } from '../shell/use-wide.ts'
import type { DetailTab } from '../transfers/search.ts'
import { detailTabs } from '../transfers/search.ts'
import { RowMenu } from '../transfers/row-menu.tsx'
import type { TransferActions } from '../transfers/use-actions.ts'
import { IconButton } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Activity } from './activity.tsx'
import { Files } from './files.tsx'
import { Overview } from './overview.tsx'
import { Sources } from './sources.tsx'

export interface DetailsProps {
  readonly id: string
  readonly tab: DetailTab
  readonly actions: TransferActions
  readonly onTab: (tab: DetailTab) => void
  readonly onClose: () => void
}

/** Everything about one transfer: a panel below the list, or a sheet on a phone. */
export function Details(props: DetailsProps): ReactNode {
  const { value, gone } = useLive({ view: 'transfer', id: props.id })
  const isWide = useWide()
  const { onClose } = props
  const [wasThere, setWasThere] = useState(false)
  if (value !== undefined && !wasThere) setWasThere(true)
  const wasRemoved = wasThere && gone !== undefined
  useEffect(() => {
    if (wasRemoved) onClose()
  }, [wasRemoved, onClose])
  const title = value?.name ?? t('details.loading')
  const body =
    gone === undefined ? (
      <Panel {...props} details={value} />
    ) : (
      <output className="block p-4 text-sm text-muted">{gone}</output>
    )
  if (!isWide)
    return (
      <Dialog
        title={title}
        onClose={props.onClose}
        actions={value === undefined ? null : <RowMenu row={value} actions={props.actions} />}
      >
        <div className="-m-4 flex h-[72dvh] flex-col">{body}</div>
      </Dialog>
    )
  return (
    <section
      aria-label={t('details.label')}
      className="flex h-[44%] min-h-56 shrink-0 flex-col border-t-2 border-line bg-card"
      data-testid="details"
    >
      <div className="flex items-center gap-1 pt-1 pr-2 pl-4">
        <h2 className="min-w-0 grow truncate text-sm font-semibold" title={title}>
          {title}
        </h2>
        {value === undefined ? null : <RowMenu row={value} actions={props.actions} />}
        <IconButton label={t('details.close')} icon={<X size={18} aria-hidden />} onClick={props.onClose} />
      </div>
      {body}
    </section>
  )
}

function Panel({
  id,
  tab,
  details,
  actions,
  onTab,
}: DetailsProps & { readonly details: TransferDetails | undefined }): ReactNode {
  return (
    <Tabs.Root
      value={tab}
      onValueChange={(next: unknown) => onTab(next as DetailTab)}
      className="flex min-h-0 grow flex-col"
    >
      <Tabs.List
        className="flex shrink-0 gap-1 overflow-x-auto border-b border-line px-3"
        aria-label={t('details.label')}
      >
        {detailTabs.map((name) => (
          <Tabs.Tab
            key={name}
            value={name}
            data-testid={`tab-${name}`}
            className="touch min-h-9 shrink-0 border-b-2 border-transparent px-3 text-sm text-muted outline-offset-[-2px] hover:text-text data-active:border-accent data-active:font-medium data-active:text-text"
          >
            {t(`details.${name}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {detailTabs.map((name) => (
        <Tabs.Panel key={name} value={name} className="flex min-h-0 grow flex-col outline-offset-[-2px]">
          {name === tab ? <Shown name={name} id={id} details={details} actions={actions} /> : null}
        </Tabs.Panel>
      ))}
    </Tabs.Root>
  )
}

function Shown({
  name,
  id,
  details,
  actions,
}: {
  readonly name: DetailTab
  readonly id: string
  readonly details: TransferDetails | undefined
  readonly actions: TransferActions
}): ReactNode {
  switch (name) {
    case 'overview':
      return details === undefined ? null : <Overview details={details} actions={actions} />
    case 'files':
      return <Files id={id} />
    case 'sources':
      return <Sources id={id} />
    case 'activity':
      return <Activity id={id} />
  }
}
