import { Tabs } from '@base-ui/react/tabs'
import { Link } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { useScreenSearch } from '../../screen-search.ts'
import { Screen } from '../../shell/screen.tsx'
import { Button } from '../../ui/button.tsx'
import { TextInput } from '../../ui/field.tsx'
import { useTell } from '../../ui/toasts.tsx'
import { Directory } from '../networks/directory.tsx'
import { Bans } from './bans.tsx'
import { Registered } from './registered.tsx'
import type { KeeperPart } from './search.ts'
import { keeperParts } from './search.ts'
import { Users } from './users.tsx'

/** The network whose directory has people in it. */
const usual = 'directconnect'

/** Keeping order in our own hub. */
export function KeeperScreen(): ReactNode {
  const [{ network = usual, part = 'users' }, changeSearch] = useScreenSearch('/networks/keeper')
  const { value: networks } = useLive({ view: 'networks' })
  const one = networks?.find(({ id }) => id === network)
  return (
    <Screen
      title={t('keeper.title')}
      actions={
        <Link
          to="/networks"
          className="touch inline-flex min-h-9 items-center gap-2 rounded-lg px-3 text-sm font-medium hover:bg-hover"
        >
          <ArrowLeft size={16} aria-hidden className="rtl:rotate-180" />
          {t('nav.networks')}
        </Link>
      }
    >
      {one?.directory === undefined ? null : (
        <div className="mb-4 rounded-xl border border-line bg-card px-4 pb-3">
          <Directory network={one} directory={one.directory} heading="h2" />
        </div>
      )}
      {one?.directory?.open === true ? <Announce network={network} /> : null}
      <Tabs.Root
        value={part}
        onValueChange={(next: unknown) =>
          changeSearch(({ part: _part, filter: _filter, ...rest }) =>
            next === 'users' ? rest : { ...rest, part: next as KeeperPart },
          )
        }
      >
        <Tabs.List className="mb-4 flex gap-1 overflow-x-auto border-b border-line" aria-label={t('keeper.title')}>
          {keeperParts.map((name) => (
            <Tabs.Tab
              key={name}
              value={name}
              data-testid={`keeper-${name}`}
              className="touch min-h-9 shrink-0 border-b-2 border-transparent px-3 text-sm text-muted outline-offset-[-2px] hover:text-text data-active:border-accent data-active:font-medium data-active:text-text"
            >
              {t(`keeper.part.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {keeperParts.map((name) => (
          <Tabs.Panel key={name} value={name} className="outline-offset-2">
            {name === part ? <Part name={name} network={network} /> : null}
          </Tabs.Panel>
        ))}
      </Tabs.Root>
    </Screen>
  )
}

function Part({ name, network }: { readonly name: KeeperPart; readonly network: string }): ReactNode {
  switch (name) {
    case 'users':
      return <Users network={network} />
    case 'bans':
      return <Bans network={network} />
    case 'registered':
      return <Registered network={network} />
  }
}

/** Something that everybody there is told. */
function Announce({ network }: { readonly network: string }): ReactNode {
  const client = useClient()
  const tell = useTell()
  const [text, setText] = useState('')
  return (
    <form
      className="mb-4 flex gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() === '') return
        client.call('announceToVisitors', { params: { id: network }, body: { text } }).then(() => {
          setText('')
          tell.done(t('keeper.announced'))
        }, tell.failed)
      }}
    >
      <TextInput
        aria-label={t('keeper.announce')}
        placeholder={t('keeper.announce')}
        value={text}
        maxLength={4_000}
        data-testid="announce"
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit">{t('keeper.say')}</Button>
    </form>
  )
}
