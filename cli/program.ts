import { Command } from 'commander'
import { UnreachableError } from '@kith/api/client.ts'
import { accessCommands } from './commands/access.ts'
import { addCommands } from './commands/add.ts'
import { browseCommands } from './commands/browse.ts'
import { completionCommand } from './commands/completion.ts'
import { configCommand } from './commands/config.ts'
import { createCommands } from './commands/create.ts'
import { daemonCommands } from './commands/daemon.ts'
import { davCommands } from './commands/dav.ts'
import { findCommands } from './commands/find.ts'
import { hashCommands } from './commands/hash.ts'
import { hubCommands } from './commands/hub.ts'
import { internetCommands } from './commands/internet.ts'
import { libraryCommands } from './commands/library.ts'
import { listCommands } from './commands/list.ts'
import { logCommands } from './commands/log.ts'
import { nearCommands } from './commands/near.ts'
import { pairCommands } from './commands/pair.ts'
import { networkCommands } from './commands/networks.ts'
import { playCommands } from './commands/play.ts'
import { printCommands } from './commands/print.ts'
import { talkCommands } from './commands/talk.ts'
import { transferCommands } from './commands/transfers.ts'
import { topCommand } from './commands/top.ts'
import { unreachableText } from './connect.ts'
import type { Run } from './context.ts'
import { context } from './context.ts'
import manifest from './package.json' with { type: 'json' }

/** The whole tree of commands. */
export function program(signal: AbortSignal): Command {
  const root = new Command('kith')
    .version(manifest.version)
    .description('Makes this computer a peer: fetch, share, talk.')
    .option('--json', 'print JSON (NDJSON where lines follow each other)')
    .option('--host <url>', 'a daemon elsewhere, for example http://nas:7337')
    .option('--token <token>', 'a token for that daemon')
    .option('--home <dir>', 'the folder that the daemon lives in')
    .showHelpAfterError('(kith --help shows all commands)')
    .exitOverride()
  const run: Run =
    (work) =>
    async (...args) => {
      const command = args.pop() as Command
      const made = context(command, signal)
      try {
        await work(made, ...(args as never))
      } catch (error) {
        if (error instanceof UnreachableError) error.message = unreachableText(made.where)
        throw error
      }
    }
  for (const add of [
    daemonCommands,
    addCommands,
    listCommands,
    transferCommands,
    createCommands,
    libraryCommands,
    davCommands,
    hashCommands,
    findCommands,
    browseCommands,
    talkCommands,
    topCommand,
    nearCommands,
    pairCommands,
    playCommands,
    internetCommands,
    printCommands,
    networkCommands,
    hubCommands,
    configCommand,
    logCommands,
    accessCommands,
    completionCommand,
  ]) {
    add(root, run)
  }
  inheritExit(root)
  return root
}

/** Wrong usage of any command is an error that `main` turns into an exit code. */
function inheritExit(command: Command): void {
  for (const child of command.commands) {
    child.exitOverride()
    inheritExit(child)
  }
}
