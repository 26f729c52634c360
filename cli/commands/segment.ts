import type { Command } from 'commander'
import type { NearbySegmentView, SegmentView } from '@kith/api/segments.ts'
import type { Context, Run } from '../context.ts'
import { table } from '../format.ts'

/** Virtual networks, as `kith play segment list --json` prints them. */
interface Segments {
  readonly joined: readonly SegmentView[]
  readonly nearby: readonly NearbySegmentView[]
}

/** `kith play segment …` */
export function segmentCommands(play: Command, run: Run): void {
  const segment = play
    .command('segment')
    .description('virtual networks, for games that look around on the local network')
  segment
    .command('list', { isDefault: true })
    .alias('ls')
    .description('those that this machine is part of, and those it may join')
    .action(
      run(async ({ kith, out }: Context) => {
        const [joined, nearby] = await Promise.all([kith.call('segments'), kith.call('nearbySegments')])
        const all: Segments = { joined, nearby }
        out.value(all, segmentsText)
      }),
    )
  segment
    .command('create')
    .description('make one, and invite devices')
    .argument('<title>')
    .option('--to <devices...>', 'who may join')
    .action(
      run(async ({ kith, out }: Context, title: string, { to = [] }: { to?: string[] }) =>
        out.item(await kith.call('createSegment', { body: { title, to } }), segmentText),
      ),
    )
  segment
    .command('invite')
    .description('say anew who may join one of ours: these and no others')
    .argument('<segment>')
    .argument('[devices...]')
    .action(
      run(async ({ kith, out }: Context, id: string, to: string[]) =>
        out.item(await kith.call('inviteToSegment', { params: { id }, body: { to } }), segmentText),
      ),
    )
  segment
    .command('join')
    .description('join one of a device')
    .argument('<device>')
    .argument('[segment]', 'its title or id, where the device has several')
    .action(
      run(async ({ kith, out }: Context, device: string, id: string | undefined) => {
        const body = { device, ...(id === undefined ? {} : { segment: id }) }
        out.item(await kith.call('joinSegment', { body }), segmentText)
      }),
    )
  segment
    .command('leave')
    .description('leave one; one of ours ends for all')
    .argument('<segment>')
    .action(run(async ({ kith }: Context, id: string) => kith.call('leaveSegment', { params: { id } })))
}

function segmentsText({ joined, nearby }: Segments): string {
  const open = nearby
    .filter(({ id }) => !joined.some((one) => one.id === id))
    .map(({ title, device }) => `nearby  ${title}  at ${device.name}`)
  const all = [...joined.map(segmentText), ...open]
  return all.length === 0 ? 'There is no virtual network.' : all.join('\n')
}

function segmentText(one: SegmentView): string {
  const members = one.members.map(({ device, address, addressV6, path }) => [
    '',
    device.name,
    address,
    path === 'self' ? 'here' : path,
    addressV6 ?? '',
  ])
  const owner = one.own ? 'ours' : `at ${one.owner.name}`
  const head = [one.title, owner, one.address, one.trouble ?? one.interface, one.addressV6 ?? '']
  return table([head, ...members])
}
