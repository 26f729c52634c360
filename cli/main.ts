// The command line: everything here goes through the API, so what it can do anyone can do.
import { CommanderError } from 'commander'
import { exitCodeOf, exitCodes } from './exit.ts'
import { errorText, harmless } from './output.ts'
import { program } from './program.ts'

const stop = new AbortController()
process.on('SIGINT', () => {
  // The second one ends what does not listen.
  if (stop.signal.aborted) process.exit(exitCodes.interrupted)
  stop.abort()
})
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe has seen enough.
  if (error.code === 'EPIPE') process.exit(exitCodes.ok)
  throw error
})

try {
  await program(stop.signal).parseAsync(process.argv)
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  else if (!stop.signal.aborted) {
    const text = errorText(error)
    process.stderr.write(`kith: ${process.stderr.isTTY ? harmless(text) : text}\n`)
    process.exitCode = exitCodeOf(error)
  }
}
// Whoever waits for the end of a command must not take one that was broken off for one that is done.
if (stop.signal.aborted) process.exitCode ??= exitCodes.interrupted
