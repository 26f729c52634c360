import { readFileSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import type { OnReadOpts } from 'node:net'
import { performance } from 'node:perf_hooks'
import { connect, createServer, type ConnectionOptions, type TLSSocket } from 'node:tls'

/**
 * One TLS 1.3 stream of Node and nothing else: what there is to win.
 *
 * `stream.ts give ADDRESS PORT KEY CERTIFICATE BYTES [FILE]` and `stream.ts take ADDRESS PORT BYTES [FILE]`. Without a file
 * the bytes come from memory and go nowhere. With one they are read and written as fast as we know how: in memory that is
 * used again, beside the stream. Who takes prints the seconds from its greeting to the last byte.
 */
const PART_BYTES = 512 * 1024
/** Two read or write while a third is filled or sent. */
const ROOMS = 3
const [what, address = '', port = '', ...more] = process.argv.slice(2)
/** Whose certificate it is has no part in the speed. */
const to = { host: address, port: Number(port), minVersion: 'TLSv1.3', rejectUnauthorized: false } as const
if (what === 'give') give(more)
else await take(more)

function give([key = '', certificate = '', length = '', file]: readonly string[]): void {
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (socket) => {
    server.close()
    void (file === undefined ? same(socket, Number(length)) : read(socket, file))
  })
  server.listen(Number(port), address)
}

async function same(socket: TLSSocket, length: number): Promise<void> {
  const part = Buffer.alloc(PART_BYTES, 7)
  for (let left = length; left > 0; left -= part.length) {
    if (!socket.write(part.subarray(0, left))) await new Promise((drained) => socket.once('drain', drained))
  }
  socket.end()
}

async function read(socket: TLSSocket, path: string): Promise<void> {
  await using file = await open(path)
  const { size } = await file.stat()
  const rooms = Array.from({ length: ROOMS }, () => Buffer.alloc(PART_BYTES))
  const fill = (at: number): Promise<number> => {
    const room = rooms[(at / PART_BYTES) % ROOMS]!
    return at >= size ? Promise.resolve(0) : file.read(room, 0, room.length, at).then(({ bytesRead }) => bytesRead)
  }
  const filled = rooms.map((_, index) => fill(index * PART_BYTES))
  for (let at = 0; at < size; at += PART_BYTES) {
    const turn = (at / PART_BYTES) % ROOMS
    const part = rooms[turn]!.subarray(0, await filled[turn])
    filled[turn] = new Promise<void>((sent) => socket.write(part, () => sent())).then(() =>
      fill(at + ROOMS * PART_BYTES),
    )
  }
  await Promise.all(filled)
  socket.end()
}

async function take([length = '', path]: readonly string[]): Promise<void> {
  const file = path === undefined ? undefined : await open(path, 'w')
  const begun = performance.now()
  const bytes = await (file === undefined ? sum() : write(file))
  if (bytes !== Number(length)) throw new Error(`${bytes} bytes came`)
  console.log(((performance.now() - begun) / 1000).toFixed(4))
  await file?.close()
}

async function sum(): Promise<number> {
  const socket = connect(to)
  let bytes = 0
  socket.on('data', (part: Buffer) => (bytes += part.length))
  await new Promise((ended, failed) => socket.once('end', ended).once('error', failed))
  return bytes
}

async function write(file: FileHandle): Promise<number> {
  const free: Buffer<ArrayBuffer>[] = []
  const written: Promise<void>[] = []
  let writing = 0
  let room = Buffer.alloc(PART_BYTES)
  let filled = 0
  let bytes = 0
  const put = async (full: Buffer<ArrayBuffer>, length: number, at: number): Promise<void> => {
    writing++
    await file.write(full, 0, length, at)
    writing--
    free.push(full)
    socket.resume()
  }
  const leave = (): void => {
    written.push(put(room, filled, bytes))
    bytes += filled
    filled = 0
    room = free.pop() ?? Buffer.alloc(PART_BYTES)
  }
  const onread: OnReadOpts = {
    buffer: () => room.subarray(filled),
    callback(count: number) {
      filled += count
      if (filled === room.length) leave()
      return writing < ROOMS
    },
  }
  // TLS knows it too, and does not say so.
  const options: ConnectionOptions & { readonly onread: OnReadOpts } = { ...to, onread }
  const socket = connect(options)
  await new Promise((ended, failed) => socket.once('end', ended).once('error', failed))
  leave()
  await Promise.all(written)
  return bytes
}
