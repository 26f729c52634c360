import type { Command } from 'commander'
import type { MessageView, PersonView } from '@kith/api/talk.ts'
import type { Context, Run } from '../context.ts'
import { clip, sizeText, table, timeText } from '../format.ts'

export function talkCommands(root: Command, run: Run): void {
  const chat = root.command('chat').description('talk: kith chat ROOM TEXT, kith chat ROOM, kith chat')
  chat
    .command('say', { isDefault: true })
    .description('say something in a room or to a person, or read what was said; without a room: all rooms')
    .argument('[room]', 'its title, the name of a person, or the beginning of one')
    .argument('[text...]')
    .option('-f, --follow', 'go on with what comes')
    .action(run(say))
  chat
    .command('new')
    .description('make a room of several devices')
    .argument('<title>')
    .argument('<devices...>')
    .action(
      run(async ({ kith, out }: Context, title: string, people: string[]) =>
        out.value(await kith.call('newRoom', { body: { title, people } }), ({ id }) => id),
      ),
    )
  chat
    .command('ignore')
    .description('see nothing of somebody any more; without a name: who is ignored')
    .argument('[name]')
    .option('--net <network>', 'where they are', 'directconnect')
    .option('--undo', 'see them again')
    .action(
      run(
        async (
          { kith, out }: Context,
          name: string | undefined,
          { net: network, undo }: { readonly net: string; readonly undo?: true },
        ) => {
          if (name === undefined) {
            return out.value(await kith.call('ignored'), (all) => table(all.map((one) => [one.name, one.network])))
          }
          if (undo === true) await kith.call('unignore', { query: { network, name } })
          else await kith.call('ignore', { body: { network, name } })
        },
      ),
    )
  root
    .command('people')
    .description('who is there: kith browse NAME shows what they share')
    .argument('[words...]', 'in their names or descriptions')
    .option('--room <room>', 'only in this room')
    .action(
      run(async ({ kith, out }: Context, words: string[], { room }: { readonly room?: string }) => {
        const query = { filter: words.join(' '), count: 1_000, ...(room === undefined ? {} : { room }) }
        const { rows } = await kith.call('people', { query })
        out.value(rows, (all) => table(all.map(personRow), new Set([2])))
      }),
    )
}

async function say(
  { kith, out, signal }: Context,
  id: string | undefined,
  text: string[],
  { follow }: { readonly follow?: true },
): Promise<void> {
  if (id === undefined) {
    return out.value(await kith.call('rooms'), (all) =>
      table(
        all.map(({ title, network, kind, people, unread, id: room }) => [
          title,
          network,
          kind === 'private' ? 'private' : `${people} people`,
          unread === 0 ? '' : `${unread} unread`,
          room,
        ]),
      ),
    )
  }
  if (text.length > 0) await kith.call('say', { params: { id }, body: { text: text.join(' ') } })
  if (text.length > 0 && follow !== true) return
  let shown = await kith.call('messages', { params: { id } })
  for (const message of shown) out.item(message, messageText)
  await kith.call('markRead', { params: { id } })
  if (follow !== true) return
  const room = (await kith.call('openRoom', { params: { id } })).id
  await kith.live(
    { said: { view: 'messages', id: room } },
    {
      onChange(_key, value) {
        const all = value as readonly MessageView[]
        for (const message of newer(shown, all)) out.item(message, messageText)
        shown = all
      },
    },
    signal,
  )
}

/** What came after what was shown; of a room only the newest messages are kept. */
function newer(shown: readonly MessageView[], all: readonly MessageView[]): readonly MessageView[] {
  const last = shown.at(-1)
  if (last === undefined) return all
  const at = all.findLastIndex(
    (one) => one.at === last.at && one.from === last.from && one.text === last.text && one.own === last.own,
  )
  return all.slice(at + 1)
}

function personRow({ name, network, shared, own, operator, bot, away, description = '' }: PersonView): string[] {
  const marks = [own && 'you', operator && 'operator', bot && 'program', away && 'away'].filter(Boolean).join(', ')
  return [name, network, shared === undefined ? '' : sizeText(shared), marks, clip(description, 40)]
}

function messageText({ at, from, text }: MessageView): string {
  return `${timeText(at)}  ${from}: ${text}`
}
