import type { Kith } from '../kith.ts'
import { localNetwork, type Machine } from '../namespaces.ts'
import { pair, start, temporary } from './people.ts'

/** Three machines on one local network, and a device on each. */
export interface Three extends AsyncDisposable {
  readonly folder: string
  readonly machines: readonly [Machine, Machine, Machine]
  readonly ann: Kith
  readonly bob: Kith
  readonly cat: Kith
}

/** Bob is paired with both others, and they are not with each other. */
export async function threeDevices(): Promise<Three> {
  await using made = new AsyncDisposableStack()
  const { path: folder } = made.use(await temporary())
  const { machines } = made.use(await localNetwork(3))
  const [one, two, three] = machines
  const ann = made.use(await start(folder, 'ann', one!))
  const bob = made.use(await start(folder, 'bob', two!))
  const cat = made.use(await start(folder, 'cat', three!))
  await pair(ann, 'ann', bob, 'bob')
  await pair(cat, 'cat', bob, 'bob')
  const kept = made.move()
  return {
    folder,
    machines: [one!, two!, three!],
    ann,
    bob,
    cat,
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  }
}
