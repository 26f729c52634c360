import { execFile } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import {
  connect,
  createSecureServer,
  type ClientHttp2Session,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface RudeAnswer {
  readonly status: number
  readonly body: Buffer
  /** False when it broke off. */
  readonly whole: boolean
}

/** A certificate of somebody whom nobody knows, made by openssl. */
export interface RudeIdentity {
  readonly key: string
  readonly cert: string
  /** SHA-256 of the certificate, in hex. */
  readonly id: string
}

export async function rudeIdentity(folder: string): Promise<RudeIdentity> {
  await mkdir(folder, { recursive: true })
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const subject = ['-nodes', '-subj', '/CN=rude', '-days', '30']
  await run('openssl', ['req', '-x509', '-newkey', 'ed25519', '-keyout', key, '-out', cert, ...subject])
  const text = await readFile(cert, 'utf8')
  const id = createHash('sha256').update(new X509Certificate(text).raw).digest('hex')
  return { key: await readFile(key, 'utf8'), cert: text, id }
}

/** A program that speaks to a device as it likes: HTTP/2 inside TLS by Node, and nothing of ours in between. */
export class Rude implements AsyncDisposable {
  readonly #session: ClientHttp2Session

  private constructor(session: ClientHttp2Session) {
    this.#session = session
  }

  static async connect(port: number, identity?: RudeIdentity): Promise<Rude> {
    const shown = identity === undefined ? {} : { key: identity.key, cert: identity.cert }
    const session = connect(`https://127.0.0.1:${port}`, { ...shown, rejectUnauthorized: false, minVersion: 'TLSv1.3' })
    session.on('error', () => {})
    await new Promise<void>((resolve, reject) => {
      session.once('connect', () => resolve())
      session.once('error', reject)
    })
    return new Rude(session)
  }

  /** The path goes as it stands. */
  async ask(method: string, path: string, body: Uint8Array = new Uint8Array()): Promise<RudeAnswer> {
    const stream = this.#session.request({ ':method': method, ':path': path }, { endStream: false })
    stream.end(body)
    let status = 0
    const parts: Buffer[] = []
    stream.on('response', (headers) => (status = Number(headers[':status'])))
    stream.on('data', (part: Buffer) => parts.push(part))
    let whole = false
    stream.on('end', () => (whole = true))
    stream.on('error', () => {})
    await new Promise<void>((resolve) => stream.once('close', resolve))
    return { status, body: Buffer.concat(parts), whole: whole && stream.rstCode === 0 }
  }

  /** What is given of some ranges of a content, as far as it comes: asked for in a tunnel of the channel. */
  async data(content: string, ranges: string): Promise<Buffer> {
    const stream = this.#session.request({ ':method': 'POST', ':path': `/data/${content}` }, { endStream: false })
    const length = Buffer.alloc(4)
    length.writeUInt32BE(ranges.length)
    stream.on('error', () => {})
    stream.write(Buffer.concat([length, Buffer.from(ranges)]))
    let came: Buffer = Buffer.alloc(0)
    stream.on('data', (part: Buffer) => {
      came = Buffer.concat([came, part])
      // How much follows, and that.
      if (came.length >= 4 && came.length >= 4 + came.readUInt32BE()) stream.close()
    })
    await new Promise<void>((resolve) => stream.once('close', resolve))
    return came.subarray(4)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#session.destroyed) return
    const closed = new Promise<void>((resolve) => this.#session.once('close', resolve))
    this.#session.destroy()
    await closed
  }
}

/** Listens at a port of somebody else with a certificate of its own, and counts what it is asked. */
export async function rudeServer(
  port: number,
  { key, cert }: RudeIdentity,
): Promise<AsyncDisposable & { readonly asked: string[]; readonly greeted: () => number }> {
  const asked: string[] = []
  let greeted = 0
  const server: Http2SecureServer = createSecureServer({ key, cert, requestCert: true, rejectUnauthorized: false })
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    asked.push(String(headers[':path']))
    stream.respond({ ':status': 200 })
    stream.end()
  })
  server.on('connection', () => greeted++)
  server.on('sessionError', () => {})
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '0.0.0.0', resolve)
  })
  return {
    asked,
    greeted: () => greeted,
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}
