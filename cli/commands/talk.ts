import type { Command } from 'commander'
import type { MessageView, PersonView, RoomCommandView } from '@kith/api/talk.ts'
import type { Context, Run } from '../context.ts'
import { UsageError } from '../exit.ts'
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
  chat
    .command('menu')
    .description('what a room offers, such as a hub to its users')
    .argument('<room>')
    .action(
      run(async ({ kith, out }: Context, id: string) =>
        out.value(await kith.call('roomCommands', { params: { id } }), (all) =>
          all.length === 0 ? 'It offers nothing.' : table(all.map(commandRow)),
        ),
      ),
    )
  chat
    .command('run')
    .description('do what a room offers: kith chat run ROOM COMMAND [ANSWER...], with the answers in order')
    .argument('<room>')
    .argument('<command>', 'as kith chat menu writes it')
    .argument('[answers...]')
    .option('--to <name>', 'to whom it is done')
    .action(run(runCommand))
  root
    .command('people')
    .description('who is there: kith browse NAME shows what they share')
    .argument('[words...]', 'in their names or descriptions')
    .option('--room <room>', 'only in this room')
    .action(
      run(async ({ kith, out }: Context, words: string[], { room }: { readonly room?: string }) => {
        const query = { filter: words.join(' '), count: 1_000, ...(room === undefined ? {} : { room }) }
        const { rows } = await kith.call('people', { query })
        out.value(rows, (all) => (all.length === 0 ? 'Nobody is there.' : table(all.map(personRow), new Set([2]))))
      }),
    )
}

async function runCommand(
  { kith }: Context,
  id: string,
  command: string,
  words: string[],
  { to: person }: { readonly to?: string },
): Promise<void> {
  const offered = await kith.call('roomCommands', { params: { id } })
  const asks = offered.find((one) => one.id === command || one.path.join('/') === command)?.asks ?? []
  if (words.length > asks.length) throw new UsageError(`${command} asks ${asks.length} things`)
  const answers = Object.fromEntries(words.map((word, at) => [asks[at]!, word]))
  await kith.call('runRoomCommand', {
    params: { id },
    body: { command, answers, ...(person === undefined ? {} : { person }) },
  })
}

function commandRow({ path, aboutSomebody, asks }: RoomCommandView): string[] {
  return [path.join('/'), aboutSomebody ? '--to NAME' : '', asks.join('; ')]
}

async function say(
  { kith, out, signal }: Context,
  id: string | undefined,
  text: string[],
  { follow }: { readonly follow?: true },
): Promise<void> {
  if (id === undefined) {
    return out.value(await kith.call('rooms'), (all) =>
      all.length === 0
        ? 'There is no room yet: go to a hub with kith add adc://host:port, or pair with a device.'
        : table(
            all.map(({ title, network, kind, people, unread, mentions, id: room }) => [
              title,
              network,
              kind === 'private' ? 'private' : `${people} people`,
              unread === 0 ? '' : `${unread} unread${mentions === 0 ? '' : `, ${mentions} to you`}`,
              room,
            ]),
          ),
    )
  }
  if (text.length > 0) await kith.call('say', { params: { id }, body: { text: text.join(' ') } })
  if (text.length > 0 && follow !== true) return
  let shown = await kith.call('messages', { params: { id } })
  const line = (message: MessageView): void =>
    out.item(message, (one) => (one.mention === true ? out.bold(messageText(one)) : messageText(one)))
  for (const message of shown) line(message)
  await kith.call('markRead', { params: { id } })
  if (follow !== true) return
  const room = (await kith.call('openRoom', { params: { id } })).id
  await kith.live(
    { said: { view: 'messages', id: room } },
    {
      onChange(_key, value) {
        const all = value as readonly MessageView[]
        for (const message of newer(shown, all)) line(message)
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
