import type { RoomCommandView, RoomView } from '@kith/api/talk.ts'
import { useQuery } from '@tanstack/react-query'
import { Command } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { useDialogs } from '../../shell/dialogs.ts'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { useTell } from '../../ui/toasts.tsx'

/** What a room offers seldom changes while one looks at it. */
const freshMs = 30_000

/** What a room offers in menus, about itself or about somebody in it. */
function useCommands(room: RoomView, aboutSomebody: boolean): readonly RoomCommandView[] {
  const client = useClient()
  const { data } = useQuery({
    queryKey: ['room-commands', room.id, room.people > 0],
    queryFn: ({ signal }) => client.call('roomCommands', { params: { id: room.id }, signal }),
    staleTime: freshMs,
  })
  return (data ?? []).filter((one) => one.aboutSomebody === aboutSomebody)
}

/** Items for what a room offers; what asks something opens a dialog for the answers. */
function Items({ room, person }: { readonly room: RoomView; readonly person?: string }): ReactNode {
  const client = useClient()
  const tell = useTell()
  const { open } = useDialogs()
  const commands = useCommands(room, person !== undefined)
  return commands.map((command) => (
    <MenuItem
      key={command.id}
      icon={<Command size={16} aria-hidden />}
      testId="room-command"
      onSelect={() => {
        const about = person === undefined ? {} : { person }
        if (command.asks.length > 0) return open({ kind: 'command', room, command, ...about })
        client
          .call('runRoomCommand', { params: { id: room.id }, body: { command: command.id, ...about } })
          .catch(tell.failed)
      }}
    >
      {command.path.join(' › ')}
    </MenuItem>
  ))
}

/** The menu of a room that offers something. */
export function RoomMenu({ room }: { readonly room: RoomView }): ReactNode {
  if (useCommands(room, false).length === 0) return null
  return (
    <Menu label={t('talk.commands', { name: room.title })} icon={<Command size={16} aria-hidden />}>
      <Items room={room} />
    </Menu>
  )
}

/** What a room offers about somebody, as items of that person's menu. */
export function PersonCommands({ room, name }: { readonly room: RoomView; readonly name: string }): ReactNode {
  return <Items room={room} person={name} />
}
