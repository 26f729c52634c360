import { readFile, stat } from 'node:fs/promises'
import type { AddRequest, BeginOneRequest } from '@kith/api/transfer-changes.ts'
import type { PriorityWord } from '@kith/api/transfer-parts.ts'
import type { Transfer } from '@kith/api/transfers.ts'
import { priorityWords } from '@kith/api/transfer-parts.ts'
import { fail, FaultError } from '@kith/core/fault/fault.ts'
import type { Fault } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Priority } from '@kith/core/transfer/picker.ts'
import { usual } from '@kith/core/transfer/priorities.ts'
import type { Wish } from '@kith/core/transfer/wish.ts'
import { attempt } from '@kith/wire/fault.ts'
import type { Handlers } from '../api/handlers.ts'
import type { Supervised } from '../supervisor.ts'
import type { Entry } from '../transfers/entry.ts'
import type { AddOptions, Transfers } from '../transfers/transfers.ts'
import { detailsWorld } from './transfer-details.ts'
import { detailsView, fileWindow, pieceMap, sourceViews, transferView, transferWindow } from '../views/transfer-view.ts'

/** A document on the daemon's disk that is longer than this is none. */
const documentLimit = 128 * 1024 * 1024

export interface TransferWorld {
  readonly clock: Clock
  readonly transfers: Transfers
  readonly networks: ReadonlyMap<string, Supervised>
  /** The folder that the user named, made if it is not there. @throws FaultError `input` for one that is not absolute */
  folder(path: string): Promise<string>
}

type TransferOperations = Pick<
  Handlers,
  | 'transfers'
  | 'add'
  | 'bulk'
  | 'transfer'
  | 'changeTransfer'
  | 'removeTransfer'
  | 'pause'
  | 'resume'
  | 'recheck'
  | 'move'
  | 'rename'
  | 'files'
  | 'prioritise'
  | 'sources'
  | 'pieces'
  | 'document'
  | 'addGateway'
  | 'removeGateway'
>

/** What can be done with transfers. */
export function transferOperations(world: TransferWorld): TransferOperations {
  const { transfers, networks, clock } = world
  const view = (entry: Entry): Transfer => transferView(entry, clock.now())
  const details = detailsWorld(networks)

  return {
    transfers({ query }) {
      return transferWindow(transfers, query ?? {}, clock.now())
    },
    async add({ body }) {
      const wish = await wishOf(transfers, body)
      const { entry, duplicate } = await transfers.add(wish, await addOptions(body, world.folder))
      return { transfer: view(entry), duplicate }
    },
    async bulk({ body: { action, ids, files } }) {
      const done: string[] = []
      for (const id of ids) {
        const entry = transfers.get(id)
        if (action === 'remove') await transfers.remove(entry, files ?? false)
        else await entry[action]()
        done.push(entry.record.id)
      }
      return done
    },
    transfer({ params }) {
      return detailsView(transfers.get(params.id), clock.now(), details)
    },
    changeTransfer({ params, body }) {
      const entry = transfers.get(params.id)
      const { record } = entry
      if (body.label !== undefined) entry.label(body.label ?? undefined)
      if (body.sequential !== undefined) entry.sequential(body.sequential)
      if (body.downLimit !== undefined || body.upLimit !== undefined) {
        entry.limit(
          body.downLimit === undefined ? record.downLimit : (body.downLimit ?? undefined),
          body.upLimit === undefined ? record.upLimit : (body.upLimit ?? undefined),
        )
      }
      return view(entry)
    },
    async removeTransfer({ params, query }) {
      await transfers.remove(transfers.get(params.id), query?.files ?? false)
    },
    ...actions(['pause', 'resume', 'recheck']),
    async move({ params, body }) {
      const entry = transfers.get(params.id)
      await entry.move(await world.folder(body.directory))
      return view(entry)
    },
    async rename({ params, body }) {
      const entry = transfers.get(params.id)
      await entry.rename(body.name)
      return view(entry)
    },
    files: ({ params, query }) => fileWindow(transfers.get(params.id), query ?? {}),
    async prioritise({ params, body }) {
      const entry = transfers.get(params.id)
      const { layout } = entry
      if (layout === undefined) throw fail('unavailable', 'transfer/not-known', 'Its files are not known yet')
      const wrong = body.files.find((index) => index >= layout.files.length)
      if (wrong !== undefined) throw fail('input', 'transfer/no-file', `It has no file ${wrong}`)
      const priorities = layout.files.map((_, index): Priority => entry.record.priorities[index] ?? usual)
      for (const index of body.files) priorities[index] = priorityOf(body.priority)
      await entry.prioritise(priorities)
    },
    sources: ({ params }) => sourceViews(transfers.get(params.id)),
    pieces: ({ params, query }) => pieceMap(transfers.get(params.id), query?.buckets),
    document({ params }) {
      const { record } = transfers.get(params.id)
      let damage: Fault | undefined
      for (const { network } of networks.values()) {
        const hint = record.hints.get(network.id)
        const made = hint === undefined ? undefined : attempt(() => network.document(hint), 'local')
        if (made?.ok === false) damage ??= made.fault
        else if (made?.value !== undefined) return made.value.bytes
      }
      if (damage !== undefined) throw new FaultError(damage)
      throw fail('unavailable', 'transfer/no-document', 'Too little is known of it to make a document')
    },
    addGateway: ({ params, body }) => gatewaysOf('add')(params.id, body.address),
    removeGateway: ({ params, query }) => gatewaysOf('remove')(params.id, query?.address ?? ''),
  }

  function actions<Name extends 'pause' | 'resume' | 'recheck'>(names: readonly Name[]): Pick<Handlers, Name> {
    const made = names.map((name) => [
      name,
      async ({ params }: { params: { id: string } }): Promise<Transfer> => {
        const entry = transfers.get(params.id)
        await entry[name]()
        return view(entry)
      },
    ])
    return Object.fromEntries(made) as Pick<Handlers, Name>
  }

  /** The network that works for the transfer and has gateways of its own for each. */
  function gatewaysOf(verb: 'add' | 'remove'): (id: string, address: string) => Promise<void> {
    return async (id, address) => {
      const { record } = transfers.get(id)
      for (const network of record.hints.keys()) {
        const change = networks.get(network)?.membership?.gateways?.[verb]
        if (change !== undefined) return change(address, record.id)
      }
      throw fail('unavailable', 'transfer/no-gateways', 'None of its networks is on and has gateways')
    }
  }
}

/** How a transfer begins, as it was asked for. @throws FaultError `input` for a folder that cannot be */
export async function addOptions(
  { directory, paused, label, sequential, select }: BeginOneRequest,
  folder: (path: string) => Promise<string>,
): Promise<AddOptions> {
  return {
    ...(directory === undefined ? {} : { directory: await folder(directory) }),
    ...(paused === undefined ? {} : { paused }),
    ...(label === undefined ? {} : { label }),
    ...(sequential === undefined ? {} : { sequential }),
    ...(select === undefined ? {} : { select }),
  }
}

function priorityOf(word: PriorityWord): Priority {
  return priorityWords.indexOf(word) as Priority
}

async function wishOf(transfers: Transfers, request: AddRequest): Promise<Wish> {
  if (request.link !== undefined) return transfers.parseLink(request.link)
  if (request.document !== undefined)
    return transfers.parseDocument(new Uint8Array(Buffer.from(request.document, 'base64')))
  const path = request.path!
  try {
    const { size } = await stat(path)
    if (size > documentLimit) throw fail('input', 'document/too-long', `${path} is too long for a document`)
    return transfers.parseDocument(new Uint8Array(await readFile(path)))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw fail('input', 'document/unreadable', `${path} cannot be read (${code})`, { cause: error })
  }
}
