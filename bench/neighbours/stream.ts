import { createWriteStream, openSync, readFileSync, readSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { connect, createServer } from 'node:tls'

/**
 * One TLS 1.3 stream of Node and nothing else: what there is to win.
 *
 * `stream.ts give ADDRESS PORT KEY CERTIFICATE BYTES [FILE]` and `stream.ts take ADDRESS PORT BYTES [FILE]`. Without a file
 * the bytes come from memory and go nowhere. Who takes prints the seconds from its greeting to the last byte.
 */
const PART_BYTES = 512 * 1024
const [what, address = '', port = '', ...more] = process.argv.slice(2)
if (what === 'give') give(more)
else take(more)

function give([key = '', certificate = '', length = '', file]: readonly string[]): void {
  const from = file === undefined ? undefined : openSync(file, 'r')
  const same = Buffer.alloc(PART_BYTES, 7)
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (socket) => {
    let left = Number(length)
    const more = (): void => {
      while (left > 0) {
        const part = from === undefined ? same : Buffer.allocUnsafe(PART_BYTES)
        const count = from === undefined ? Math.min(left, PART_BYTES) : readSync(from, part, 0, PART_BYTES, null)
        left -= count
        if (!socket.write(part.subarray(0, count))) return void socket.once('drain', more)
      }
      socket.end()
      server.close()
    }
    more()
  })
  server.listen(Number(port), address)
}

function take([length = '', file]: readonly string[]): void {
  const begun = performance.now()
  // Whose certificate it is has no part in the speed.
  const socket = connect({ host: address, port: Number(port), minVersion: 'TLSv1.3', rejectUnauthorized: false })
  socket.on('error', (error) => {
    console.error(error)
    process.exit(1)
  })
  const done = (bytes: number): void => {
    if (bytes !== Number(length)) throw new Error(`${bytes} bytes came`)
    console.log(((performance.now() - begun) / 1000).toFixed(4))
  }
  if (file !== undefined) {
    const into = createWriteStream(file)
    socket.pipe(into)
    into.once('finish', () => done(into.bytesWritten))
    return
  }
  let sum = 0
  socket.on('data', (part: Buffer) => (sum += part.length))
  socket.once('end', () => done(sum))
}
