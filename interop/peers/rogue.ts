import { createServer } from 'node:net'
import type { Socket } from 'node:net'

/**
 * - `corrupt`: every block is wrong
 * - `silent`: says hello and nothing more
 * - `dribble`: sends one byte a second
 * - `wrong-length`: blocks are shorter than asked
 * - `unasked`: sends blocks that nobody asked for
 * - `huge-frame`: announces a message of a gigabyte
 * - `lying-bitfield`: a bitfield of the wrong length
 * - `huge-metadata`: claims a description of two gigabytes
 * - `lying-have`: tells of pieces that no such torrent has
 * - `greedy`: asks for what lies beyond every piece, and for a gigabyte at once
 * - `dribbled-block`: gives what is asked for, one byte a second
 */
export type RogueMode =
  | 'corrupt'
  | 'silent'
  | 'dribble'
  | 'wrong-length'
  | 'unasked'
  | 'huge-frame'
  | 'lying-bitfield'
  | 'huge-metadata'
  | 'lying-have'
  | 'greedy'
  | 'dribbled-block'

export interface RogueOptions {
  readonly infoHash: string
  readonly bytes: Uint8Array
  readonly pieceLength: number
  readonly mode: RogueMode
  /** It announces itself there. */
  readonly tracker: string
  readonly host: string
}

export interface Rogue extends AsyncDisposable {
  readonly connections: number
  /** Blocks that it gave. */
  readonly given: number
}

/** A seed that breaks the rules in one way: plain sockets, written for the tests. */
export async function rogueSeed(options: RogueOptions): Promise<Rogue> {
  let connections = 0
  let given = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    serve(socket, options, () => given++)
  })
  await new Promise<void>((resolve) => server.listen(0, options.host, resolve))
  const { port } = server.address() as { port: number }
  const announce = async (): Promise<void> => {
    const query = `info_hash=${options.infoHash.replace(/../g, '%$&')}&peer_id=-RG0000-${'r'.repeat(12)}&port=${port}&uploaded=0&downloaded=0&left=0&compact=1`
    // The tracker takes the address it sees, so the announce has to come from the rogue's own.
    await announceFrom(options.host, `${options.tracker}?${query}`)
  }
  await announce()
  // Trackers forget who is silent, and who is to find it may take its time to start.
  const again = setInterval(() => void announce().catch(() => {}), 5_000)
  return {
    get connections() {
      return connections
    },
    get given() {
      return given
    },
    async [Symbol.asyncDispose]() {
      clearInterval(again)
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function announceFrom(host: string, url: string): Promise<void> {
  const { get } = await import('node:http')
  await new Promise<void>((resolve, reject) => {
    get(url, { localAddress: host }, (answer) => {
      answer.resume()
      answer.on('end', resolve)
    }).on('error', reject)
  })
}

function frame(id: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(5)
  head.writeUInt32BE(body.length + 1)
  head[4] = id
  return Buffer.concat([head, body])
}

function words(...values: number[]): Buffer {
  const out = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) out.writeUInt32BE(value, index * 4)
  return out
}

function serve(socket: Socket, { infoHash, bytes, pieceLength, mode }: RogueOptions, gave: () => void): void {
  const pieces = Math.ceil(bytes.length / pieceLength)
  let received: Buffer = Buffer.alloc(0)
  let greeted = false
  let dribbling = false
  socket.on('data', (data: Buffer) => {
    received = Buffer.concat([received, data])
    if (!greeted && received.length >= 68) {
      greeted = true
      received = received.subarray(68)
      greet()
    }
    while (greeted && received.length >= 4) {
      const length = received.readUInt32BE()
      if (received.length < 4 + length) return
      const message = received.subarray(4, 4 + length)
      received = received.subarray(4 + length)
      if (message[0] === 2 && mode !== 'silent') socket.write(frame(1))
      if (message[0] === 6) answer(message.readUInt32BE(1), message.readUInt32BE(5), message.readUInt32BE(9))
    }
  })

  function greet(): void {
    const reserved = Buffer.alloc(8)
    if (mode === 'huge-metadata') reserved[5] = 0x10
    socket.write(
      Buffer.concat([
        Buffer.from('\x13BitTorrent protocol'),
        reserved,
        Buffer.from(infoHash, 'hex'),
        Buffer.from(`-RG0000-${'r'.repeat(12)}`),
      ]),
    )
    if (mode === 'huge-metadata')
      socket.write(frame(20, Buffer.from([0]), Buffer.from('d1:md11:ut_metadatai3ee13:metadata_sizei2147483647ee')))
    const field = Buffer.alloc(Math.ceil(pieces / 8) + (mode === 'lying-bitfield' ? 1000 : 0), 0xff)
    const spare = Math.ceil(pieces / 8) * 8 - pieces
    if (mode !== 'lying-bitfield' && spare > 0) field[field.length - 1] = (0xff << spare) & 0xff
    socket.write(frame(5, field))
    if (mode === 'huge-frame') socket.write(words(2 ** 30))
    if (mode === 'lying-have') for (const piece of [pieces, 2 ** 31, 2 ** 32 - 1]) socket.write(frame(4, words(piece)))
    if (mode === 'greedy') {
      socket.write(frame(2))
      socket.write(frame(6, words(pieces + 7, 0, 16_384)))
      socket.write(frame(6, words(0, 2 ** 32 - 1, 16_384)))
      socket.write(frame(6, words(0, 0, 2 ** 30)))
    }
    if (mode === 'unasked')
      for (let piece = 0; piece < pieces; piece++) socket.write(frame(7, words(piece, 0), Buffer.alloc(16_384, 1)))
    if (mode === 'dribble') {
      const timer = setInterval(() => socket.write(Buffer.from([0])), 1_000)
      socket.on('close', () => clearInterval(timer))
    }
  }

  /** One message at a time: the others are never sent. */
  function dribble(message: Buffer): void {
    if (dribbling) return
    dribbling = true
    let at = 13
    socket.write(message.subarray(0, at))
    const timer = setInterval(() => socket.write(message.subarray(at, ++at)), 1_000)
    socket.on('close', () => clearInterval(timer))
  }

  function answer(piece: number, begin: number, length: number): void {
    if (mode === 'silent' || mode === 'dribble' || mode === 'huge-frame') return
    const at = piece * pieceLength + begin
    const block = Buffer.from(bytes.subarray(at, at + length))
    if (mode === 'corrupt') block[0]! ^= 0xff
    gave()
    if (mode === 'dribbled-block') return dribble(frame(7, words(piece, begin), block))
    socket.write(frame(7, words(piece, begin), mode === 'wrong-length' ? block.subarray(0, 100) : block))
  }
}
