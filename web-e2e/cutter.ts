import { connect, createServer, type Server, type Socket } from 'node:net'

/** What becomes of a connection that brought `afterBytes`: it breaks, nothing more is taken, or what comes is lost. */
export type Cut = 'break' | 'hold' | 'lose'

/** Stands between a browser and a daemon, and breaks what it is told to: the network of a train. */
export class Cutter implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #to: number
  readonly #afterBytes: number
  /** For the next connections that bring so much, one each. */
  readonly cuts: Cut[] = []
  /** Bytes that went from browsers to the daemon. */
  brought = 0

  private constructor(server: Server, to: number, afterBytes: number) {
    this.#server = server
    this.#to = to
    this.#afterBytes = afterBytes
  }

  static async before(port: number, afterBytes: number): Promise<Cutter> {
    const server = createServer()
    const cutter = new Cutter(server, port, afterBytes)
    server.on('connection', (socket) => cutter.#pass(socket))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return cutter
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** The same link, through here. */
  link(link: string): string {
    const url = new URL(link)
    url.hostname = '127.0.0.1'
    url.port = String(this.port)
    return url.href
  }

  #pass(browser: Socket): void {
    const daemon = connect(this.#to, '127.0.0.1')
    let passed = 0
    const end = (): void => {
      browser.destroy()
      daemon.destroy()
    }
    for (const socket of [browser, daemon]) {
      this.#sockets.add(socket)
      socket.on('error', end)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        end()
      })
    }
    daemon.pipe(browser)
    browser.on('data', (bytes: Buffer) => {
      passed += bytes.length
      this.brought += bytes.length
      if (!daemon.write(bytes)) {
        browser.pause()
        daemon.once('drain', () => browser.resume())
      }
      if (passed < this.#afterBytes || this.cuts.length === 0) return
      passed = Number.NEGATIVE_INFINITY
      // What was written before goes out first.
      const cut = this.cuts.shift()
      if (cut === 'break') return void daemon.end(end)
      browser.removeAllListeners('data')
      // Whoever does not read does not see either that the browser is gone.
      if (cut === 'lose') browser.on('data', () => {})
      else browser.pause()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}
