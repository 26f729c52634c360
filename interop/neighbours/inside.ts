import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Machine } from '../namespaces.ts'
import { until } from './people.ts'

const run = promisify(execFile)

/** Runs a program on a machine; gives what it prints. */
export async function inside(machine: Machine, ...args: string[]): Promise<string> {
  const [command, ...rest] = [...machine.within, ...args]
  return (await run(command!, rest)).stdout
}

export async function pings(machine: Machine, to: string): Promise<boolean> {
  return inside(machine, 'ping', '-c', '2', '-i', '0.2', '-W', '1', to).then(
    () => true,
    () => false,
  )
}

/** A path that was just opened, or taken away, is so on the other side a moment later. */
export async function reaches(machine: Machine, to: string, wanted = true): Promise<void> {
  const look = async (): Promise<true | undefined> => (await pings(machine, to)) === wanted || undefined
  await until(look, `${machine.name} ${wanted ? 'reaches' : 'does not reach'} ${to}`)
}
