import type { PersonView, RoomView } from '@kith/api/talk.ts'
import { useNavigate } from '@tanstack/react-router'
import { Ban, Bot, FolderOpen, MessageSquare, MoreVertical, Shield } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { useLiveWindow } from '../../live/use-live.ts'
import { TextInput } from '../../ui/field.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { useTell } from '../../ui/toasts.tsx'
import { PersonCommands } from './room-commands.tsx'

const step = 100

/** Who is in a room, with a filter, and what can be done with each. */
export function People({ room, onLeave }: { readonly room: RoomView; readonly onLeave?: () => void }): ReactNode {
  const [filter, setFilter] = useState('')
  const [count, setCount] = useState(step)
  const shown = useLiveWindow({ view: 'people', query: { room: room.id, count, ...(filter === '' ? {} : { filter }) } })
  return (
    <>
      <div className="p-2">
        <TextInput
          type="search"
          aria-label={t('talk.filterPeople')}
          placeholder={t('talk.peopleHere', { count: shown?.total ?? room.people })}
          value={filter}
          maxLength={100}
          onChange={(event) => setFilter(event.target.value)}
        />
      </div>
      <ul className="min-h-0 grow overflow-y-auto pb-2" data-testid="people">
        {shown?.rows.map((person) => (
          <Person
            key={`${person.network} ${person.peer} ${person.name}`}
            room={room}
            person={person}
            {...(onLeave === undefined ? {} : { onLeave })}
          />
        ))}
        {shown !== undefined && shown.total > shown.rows.length ? (
          <li className="px-2 py-1">
            <button
              type="button"
              className="min-h-9 w-full rounded-lg text-sm text-accent hover:bg-hover"
              onClick={() => setCount((before) => Math.min(1_000, before + step))}
            >
              {t('library.more')}
            </button>
          </li>
        ) : null}
      </ul>
    </>
  )
}

interface PersonProps {
  readonly room: RoomView
  readonly person: PersonView
  readonly onLeave?: () => void
}

function Person({ room, person, onLeave }: PersonProps): ReactNode {
  const client = useClient()
  const tell = useTell()
  const navigate = useNavigate()
  const { network, peer, name, own, talk, shared, operator, bot, away, ignored, description, client: program } = person
  const openTalk = (): void => {
    if (talk === undefined) return
    client.call('openRoom', { params: { id: talk } }).then(({ id }) => {
      onLeave?.()
      return navigate({ to: '/talk', search: { room: id } })
    }, tell.failed)
  }
  const ignore = (): void => {
    const who = { network, name, peer }
    const done = ignored ? client.call('unignore', { query: who }) : client.call('ignore', { body: who })
    done.then(() => tell.done(t(ignored ? 'talk.unignored' : 'talk.ignored', { name })), tell.failed)
  }
  return (
    <li className="flex items-center gap-1.5 py-0.5 pr-1 pl-3 text-sm" data-testid="person">
      {operator ? <Shield size={14} aria-label={t('talk.operator')} className="shrink-0 text-accent" /> : null}
      {bot ? <Bot size={14} aria-label={t('talk.bot')} className="shrink-0 text-muted" /> : null}
      <span
        className={`min-w-0 grow truncate ${own ? 'font-semibold' : ''} ${away || ignored ? 'text-muted' : ''} ${ignored ? 'line-through' : ''}`}
        title={[description, program, away ? t('talk.away') : ''].filter(Boolean).join(' · ')}
      >
        {name}
      </span>
      <span className="shrink-0 text-xs text-muted">{shared === undefined || shared === 0 ? '' : size(shared)}</span>
      {own ? (
        <span className="size-9 shrink-0" />
      ) : (
        <Menu label={t('talk.menu', { name })} icon={<MoreVertical size={16} aria-hidden />}>
          {person.browse ? (
            <MenuItem
              icon={<FolderOpen size={16} aria-hidden />}
              onSelect={() => {
                onLeave?.()
                void navigate({ to: '/browse', search: { network, peer, name } })
              }}
            >
              {t('browse.open')}
            </MenuItem>
          ) : null}
          {talk === undefined ? null : (
            <MenuItem icon={<MessageSquare size={16} aria-hidden />} onSelect={openTalk} testId="person-talk">
              {t('talk.private')}
            </MenuItem>
          )}
          <MenuItem icon={<Ban size={16} aria-hidden />} onSelect={ignore} testId="person-ignore">
            {t(ignored ? 'talk.unignore' : 'talk.ignore')}
          </MenuItem>
          <PersonCommands room={room} name={name} />
        </Menu>
      )}
    </li>
  )
}
