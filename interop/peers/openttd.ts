import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Machine } from '../namespaces.ts'
import { Program } from './process.ts'

/** Where Debian puts games. */
export const openttd = '/usr/games/openttd'

/** The game's own port, TCP and UDP. */
export const openttdPort = 3979

async function settings(folder: string, lines: readonly string[]): Promise<string> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, 'openttd.cfg')
  // A small world, and nothing that is asked of the internet.
  const world = ['[game_creation]', 'map_x = 6', 'map_y = 6', '[misc]', 'autosave = off']
  const quiet = ['server_game_type = local', 'participate_survey = no', 'no_http_content_downloads = true']
  await writeFile(path, [...world, '[network]', ...quiet, ...lines, ''].join('\n'))
  return path
}

/** A dedicated server; ready once the world is there. */
export async function openttdServer(machine: Machine, folder: string, address: string): Promise<Program> {
  const config = await settings(folder, ['server_name = Kith Valley'])
  const [command, ...args] = [
    ...machine.within,
    openttd,
    '-D',
    `${address}:${openttdPort}`,
    '-c',
    config,
    '-d',
    'net=3',
  ]
  const server = await Program.start({ command, args, folder, environment: quietly })
  await said(server, /starting game/i, 'the server makes its world')
  return server
}

/** A player without a screen. */
export async function openttdPlayer(machine: Machine, folder: string, name: string, at: string): Promise<Program> {
  const config = await settings(folder, [`client_name = ${name}`])
  const silent = ['-v', 'null:ticks=100000000', '-s', 'null', '-m', 'null']
  const [command, ...args] = [...machine.within, openttd, ...silent, '-c', config, '-d', 'net=3', '-n', at]
  return Program.start({ command, args, folder, environment: quietly })
}

const quietly = { XDG_DATA_HOME: '', XDG_CONFIG_HOME: '' }

/** Waits until a program has printed this. */
export async function said(program: Program, what: RegExp, doing: string, ms = 120_000): Promise<void> {
  for (const end = Date.now() + ms; !what.test(program.log());) {
    if (Date.now() > end || program.child.exitCode !== null) throw new Error(`not so: ${doing}\n${program.log()}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
