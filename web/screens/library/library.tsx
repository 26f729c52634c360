import { Tabs } from '@base-ui/react/tabs'
import { FolderPlus, PackagePlus } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '../../i18n/t.ts'
import { useScreenSearch } from '../../screen-search.ts'
import { useDialogs } from '../../shell/dialogs.ts'
import { Screen } from '../../shell/screen.tsx'
import { Button } from '../../ui/button.tsx'
import { Complete } from './complete.tsx'
import { Folders } from './folders.tsx'
import type { LibraryPart } from './search.ts'
import { libraryParts } from './search.ts'
import { Webdav } from './webdav.tsx'
import { SharedFiles } from './shared-files.tsx'

/** What this computer gives to others: folders, the files in them, and what was fetched. */
export function LibraryScreen(): ReactNode {
  const { open } = useDialogs()
  const [{ part = 'folders' }, changeSearch] = useScreenSearch('/library')
  return (
    <Screen
      title={t('nav.library')}
      actions={
        <>
          <Button icon={<PackagePlus size={16} aria-hidden />} onClick={() => open({ kind: 'publish' })}>
            {t('publish.open')}
          </Button>
          <Button
            kind="main"
            icon={<FolderPlus size={16} aria-hidden />}
            onClick={() => open({ kind: 'share' })}
            data-testid="share-open"
          >
            {t('share.open')}
          </Button>
        </>
      }
    >
      <Tabs.Root
        value={part}
        onValueChange={(next: unknown) =>
          changeSearch(() => (next === 'folders' ? {} : { part: next as LibraryPart }), { replace: false })
        }
      >
        <Tabs.List className="mb-4 flex gap-1 overflow-x-auto border-b border-line" aria-label={t('nav.library')}>
          {libraryParts.map((name) => (
            <Tabs.Tab
              key={name}
              value={name}
              data-testid={`library-${name}`}
              className="touch min-h-9 shrink-0 border-b-2 border-transparent px-3 text-sm text-muted outline-offset-[-2px] hover:text-text data-active:border-accent data-active:font-medium data-active:text-text"
            >
              {t(`library.part.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {libraryParts.map((name) => (
          <Tabs.Panel key={name} value={name} className="outline-offset-2">
            {name === part ? <Part name={name} /> : null}
          </Tabs.Panel>
        ))}
      </Tabs.Root>
    </Screen>
  )
}

function Part({ name }: { readonly name: LibraryPart }): ReactNode {
  switch (name) {
    case 'folders':
      return <Folders />
    case 'files':
      return <SharedFiles key="newest" order="newest" />
    case 'asked':
      return <SharedFiles key="given" order="given" />
    case 'complete':
      return <Complete />
    case 'webdav':
      return <Webdav />
  }
}
