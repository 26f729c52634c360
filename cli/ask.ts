import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** Asks on the terminal without showing what is typed; from a pipe, reads a line. */
export async function ask(question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = process.stdin.isTTY === true
  if (terminal) process.stderr.write(question)
  const reader = createInterface({ input: process.stdin, output: silent, terminal })
  try {
    return await reader.question('')
  } finally {
    reader.close()
    if (terminal) process.stderr.write('\n')
  }
}
