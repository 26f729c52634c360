import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Kith } from '../kith.ts'
import { localNetwork, type Machine } from '../namespaces.ts'
import { pair, start, temporary, until } from './people.ts'

const run = promisify(execFile)

/** Runs a program on a machine; gives what it prints. */
export async function inside(machine: Machine, ...args: string[]): Promise<string> {
  const [command, ...rest] = [...machine.within, ...args]
  return (await run(command!, rest)).stdout
}

export async function pings(machine: Machine, to: string): Promise<boolean> {
  return inside(machine, 'ping', '-c', '3', '-i', '0.2', '-W', '2', to).then(
    () => true,
    () => false,
  )
}

/** A path that was just opened, or taken away, is so on the other side a moment later. */
export async function reaches(machine: Machine, to: string, wanted = true): Promise<void> {
  const look = async (): Promise<true | undefined> => (await pings(machine, to)) === wanted || undefined
  await until(look, `${machine.name} ${wanted ? 'reaches' : 'does not reach'} ${to}`)
}

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
