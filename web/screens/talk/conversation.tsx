import type { RoomView } from '@kith/api/talk.ts'
import { Link } from '@tanstack/react-router'
import { ArrowLeft, FolderOpen, SendHorizontal, Users } from 'lucide-react'
import type { ReactNode } from 'react'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { useDialogs } from '../../shell/dialogs.ts'
import { useWide } from '../../shell/use-wide.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { TextInput } from '../../ui/field.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { useTell } from '../../ui/toasts.tsx'
import { useDrop } from '../nearby/use-drop.ts'
import { Messages } from './messages.tsx'
import { People } from './people.tsx'
import { RoomMenu } from './room-commands.tsx'
import { Attach, RoomGifts, type RoomFiles, useRoomFiles } from './room-files.tsx'

/** Messages that are shown; older ones are seen by the command line. */
const shownMessages = 200

/** One room: what was said, a line to say something, and who is there. */
export function Conversation({ room }: { readonly room: RoomView }): ReactNode {
  const client = useClient()
  const { open } = useDialogs()
  const isWide = useWide()
  const { value: messages } = useLive({ view: 'messages', id: room.id, query: { count: shownMessages } })
  const end = useRef<HTMLDivElement>(null)
  const last = messages?.at(-1)?.at

  // What is on the screen of somebody who looks was seen.
  const see = useEffectEvent(() => {
    if (document.visibilityState === 'visible')
      void client.call('markRead', { params: { id: room.id } }).catch(() => {})
  })
  useEffect(() => {
    if (last === undefined) return
    end.current?.scrollIntoView({ block: 'end' })
    see()
  }, [last])
  useEffect(() => {
    const shown = (): void => see()
    document.addEventListener('visibilitychange', shown)
    return () => document.removeEventListener('visibilitychange', shown)
  }, [])

  const files = useRoomFiles(room)
  const drop = useDrop(files.isOpen, files.send)
  return (
    <div className="relative flex min-h-0 min-w-0 grow" {...drop.handlers} data-testid="conversation">
      {drop.isOver ? <DropHere name={room.title} /> : null}
      {isWide ? null : <title>{t('app.title', { title: room.title })}</title>}
      <div className="flex min-w-0 grow flex-col">
        <div className="flex items-center gap-1 border-b border-line px-2 py-1 md:px-4">
          {isWide ? null : (
            <Link
              to="/talk"
              search={{}}
              aria-label={t('talk.back')}
              className="touch inline-flex size-9 shrink-0 items-center justify-center rounded-lg hover:bg-hover"
            >
              <ArrowLeft size={18} aria-hidden className="rtl:rotate-180" />
            </Link>
          )}
          <Title isWide={isWide}>{room.title}</Title>
          <RoomMenu room={room} />
          <Browse room={room} />
          {isWide ? null : (
            <IconButton
              label={t('talk.whoIsHere')}
              icon={<Users size={18} aria-hidden />}
              onClick={() => open({ kind: 'people', room })}
            />
          )}
        </div>
        <Scroll label={t('talk.messages')} className="px-4 py-3">
          <Messages messages={messages ?? []} />
          <div ref={end} />
        </Scroll>
        {room.network === 'neighbours' ? <RoomGifts room={room} /> : null}
        <Say room={room} files={files} />
      </div>
      {isWide && room.kind === 'public' ? (
        <aside
          aria-label={t('talk.whoIsHere')}
          className="hidden w-64 shrink-0 border-l border-line lg:flex lg:flex-col"
        >
          <People room={room} />
        </aside>
      ) : null}
    </div>
  )
}

/** Alone on a phone it is the name of the screen. */
function Title({ isWide, children }: { readonly isWide: boolean; readonly children: ReactNode }): ReactNode {
  const className = 'min-w-0 grow truncate py-1 text-base font-semibold'
  return isWide ? <h2 className={className}>{children}</h2> : <h1 className={className}>{children}</h1>
}

/** What the other one shares. */
function Browse({ room }: { readonly room: RoomView }): ReactNode {
  const { value: people } = useLive({
    view: 'people',
    query: { room: room.id, count: room.kind === 'private' ? 5 : 0 },
  })
  const other = room.kind === 'private' ? people?.rows.find(({ own, browse }) => !own && browse) : undefined
  if (other === undefined) return null
  return (
    <Link
      to="/browse"
      search={{ network: other.network, peer: other.peer, name: other.name }}
      className="touch inline-flex min-h-9 shrink-0 items-center gap-2 rounded-lg px-3 text-sm font-medium hover:bg-hover"
    >
      <FolderOpen size={16} aria-hidden />
      <span className="max-sm:sr-only">{t('browse.open')}</span>
    </Link>
  )
}

/** Over the page's own sign, which would say that it is added. */
function DropHere({ name }: { readonly name: string }): ReactNode {
  return (
    <output
      className="pointer-events-none fixed inset-3 z-60 flex items-center justify-center rounded-2xl border-4 border-dashed border-accent bg-page text-lg font-semibold"
      data-testid="drop-here"
    >
      {t('nearby.dropOn', { name })}
    </output>
  )
}

function Say({ room, files }: { readonly room: RoomView; readonly files: RoomFiles }): ReactNode {
  const client = useClient()
  const tell = useTell()
  const [text, setText] = useState('')
  const [isSaying, setSaying] = useState(false)
  return (
    <form
      className="flex gap-2 border-t border-line bg-card p-2 md:px-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() === '' || isSaying) return
        setSaying(true)
        client
          .call('say', { params: { id: room.id }, body: { text } })
          .then(() => setText(''), tell.failed)
          .finally(() => setSaying(false))
      }}
    >
      {files.isOpen ? <Attach room={room} files={files} /> : null}
      <TextInput
        aria-label={t('talk.say', { name: room.title })}
        placeholder={t('talk.say', { name: room.title })}
        value={text}
        maxLength={8_000}
        autoComplete="off"
        data-filter
        data-testid="say"
        onChange={(event) => setText(event.target.value)}
      />
      <Button
        kind="main"
        type="submit"
        disabled={isSaying}
        aria-label={t('talk.send')}
        icon={<SendHorizontal size={16} aria-hidden />}
      />
    </form>
  )
}
