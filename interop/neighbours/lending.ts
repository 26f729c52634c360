import type { Kith } from '../kith.ts'
import { localNetwork, type Machine } from '../namespaces.ts'
import { behind } from './outside.ts'
import { pair, start, temporary } from './people.ts'

/** Who borrows a connection, and who lends it. */
export interface Lending extends AsyncDisposable {
  readonly folder: string
  /** The borrower's, the lender's, and others on the same local network. */
  readonly machines: readonly Machine[]
  readonly ann: Kith
  readonly bob: Kith
}

export interface LendingOptions {
  readonly machines?: number
  /** The world beyond the lender has IPv6 too. */
  readonly v6?: boolean
  /** What has to be before the devices start. */
  readonly before?: (machines: readonly Machine[]) => Promise<void>
}

/** Ann, who is paired with bob, whose machine alone has a way to the world outside. */
export async function lending({ machines: count = 2, v6 = false, before }: LendingOptions = {}): Promise<Lending> {
  await using made = new AsyncDisposableStack()
  const { path: folder } = made.use(await temporary())
  const { machines } = made.use(await localNetwork(count))
  const [one, other] = machines
  made.use(await behind(other!, v6))
  await before?.(machines)
  const ann = made.use(await start(folder, 'ann', one!))
  const bob = made.use(await start(folder, 'bob', other!))
  await pair(ann, 'ann', bob, 'bob')
  const kept = made.move()
  return { folder, machines, ann, bob, [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose]() }
}
