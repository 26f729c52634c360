import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { FailedError } from './exit.ts'

/**
 * Asks on the terminal without showing what is typed; from a pipe, reads a line.
 *
 * @throws FailedError when the input ends before a line does, or at Ctrl+C
 */
export async function ask(question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = process.stdin.isTTY === true
  if (terminal) process.stderr.write(question)
  const reader = createInterface({ input: process.stdin, output: silent, terminal })
  const answer = Promise.withResolvers<string>()
  const end = (): void => answer.reject(new FailedError('Nothing was typed'))
  reader.on('line', answer.resolve)
  reader.on('close', end)
  // The reader takes Ctrl+C for itself while it reads.
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  process.once('SIGINT', end)
  try {
    return await answer.promise
  } finally {
    process.off('SIGINT', end)
    reader.close()
    if (terminal) process.stderr.write('\n')
  }
}
