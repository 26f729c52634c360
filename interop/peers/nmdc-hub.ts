import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'

interface User {
  readonly socket: Socket
  nick: string
  info: string
}

/** The least that an NMDC hub does, for Debian has none: it logs users in and passes on what they say to each other. */
export class NmdcRelay implements AsyncDisposable {
  readonly address: string
  readonly #server: Server
  readonly #users = new Map<string, User>()
  /** Nicks that need a password. */
  readonly #passwords: Readonly<Record<string, string>>

  private constructor(server: Server, port: number, passwords: Readonly<Record<string, string>>) {
    this.#server = server
    this.address = `dchub://127.0.0.1:${port}`
    this.#passwords = passwords
    server.on('connection', (socket) => this.#accept(socket))
  }

  static async start(passwords: Readonly<Record<string, string>> = {}): Promise<NmdcRelay> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new NmdcRelay(server, (server.address() as { port: number }).port, passwords)
  }

  #accept(socket: Socket): void {
    const user: User = { socket, nick: '', info: '' }
    let held = ''
    socket.setEncoding('latin1')
    socket.on('error', () => {})
    socket.on('close', () => this.#left(user))
    socket.write('$Lock EXTENDEDPROTOCOLABCABCABCABCABCABC Pk=Relay1.0|', 'latin1')
    socket.on('data', (text: string) => {
      const lines = (held + text).split('|')
      held = lines.pop()!
      for (const line of lines) this.#line(user, line)
    })
  }

  #line(user: User, line: string): void {
    const [command = '', first = ''] = line.split(' ')
    switch (command) {
      case '$Supports':
        return this.#send(user, '$Supports NoGetINFO NoHello UserIP2 TTHSearch|$HubName Relay|')
      case '$ValidateNick':
        user.nick = first
        if (this.#users.has(first)) return this.#send(user, `$ValidateDenide ${first}|`)
        if (this.#passwords[first] !== undefined) return this.#send(user, '$GetPass|')
        return this.#welcome(user)
      case '$MyPass':
        return first === this.#passwords[user.nick] ? this.#welcome(user) : this.#send(user, '$BadPass|')
      case '$GetNickList':
        for (const { info } of this.#users.values()) if (info !== '') this.#send(user, `${info}|`)
        return this.#send(user, `$UserIP ${[...this.#users.keys()].map((nick) => `${nick} 127.0.0.1`).join('$$')}$$|`)
      case '$MyINFO':
        user.info = line
        this.#all(`${line}|$UserIP ${user.nick} 127.0.0.1$$|`)
        return
      case '$To:':
      case '$ConnectToMe':
        return this.#to(first, line)
      case '$RevConnectToMe':
        return this.#to(line.split(' ')[2] ?? '', line)
      case '$SR': {
        const at = line.lastIndexOf('\x05')
        return this.#to(line.slice(at + 1), line.slice(0, at))
      }
      case '$Search':
        return this.#all(`${line}|`, user)
    }
    if (line.startsWith('<')) this.#all(`${line}|`)
  }

  #welcome(user: User): void {
    this.#users.set(user.nick, user)
    this.#send(user, `$Hello ${user.nick}|`)
  }

  #to(nick: string, line: string): void {
    const user = this.#users.get(nick)
    if (user !== undefined) this.#send(user, `${line}|`)
  }

  #all(text: string, but?: User): void {
    for (const user of this.#users.values()) if (user !== but) this.#send(user, text)
  }

  #send(user: User, text: string): void {
    user.socket.write(text, 'latin1')
  }

  #left(user: User): void {
    if (this.#users.get(user.nick) !== user) return
    this.#users.delete(user.nick)
    this.#all(`$Quit ${user.nick}|`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.#users.values()) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
