import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fetchOver } from '@kith/api/socket.ts'
import type { Machine } from '@kith/interop/namespaces.ts'
import { until } from '@kith/interop/neighbours/people.ts'
import { Program } from '@kith/interop/peers/process.ts'

const run = promisify(execFile)
const port = 22_000
const key = 'bench'
const patienceMs = 600_000
const quiet = { STNOUPGRADE: '1', STNODEFAULTFOLDER: '1', STCRASHREPORTURL: '' }

interface FolderStatus {
  readonly state: string
  readonly globalBytes: number
  readonly needBytes: number
  readonly needTotalItems: number
  readonly localBytes: number
}

/** One of two that share a folder. Its own interface is a socket in its home. */
export class Syncthing implements AsyncDisposable {
  readonly #program: Program
  readonly #fetch: ReturnType<typeof fetchOver>

  private constructor(program: Program, socket: string) {
    this.#program = program
    this.#fetch = fetchOver(socket)
  }

  /** The first gives `from`, the second has a paused folder `into`; they know each other and are connected. */
  static async pair(
    machines: readonly [Machine, Machine],
    home: string,
    from: string,
    into: string,
  ): Promise<AsyncDisposable & { readonly giver: Syncthing; readonly taker: Syncthing }> {
    const homes = [join(home, 'giver'), join(home, 'taker')] as const
    const ids: string[] = []
    for (const one of homes) {
      await mkdir(one, { recursive: true })
      const options = { env: { ...process.env, ...quiet, HOME: one } }
      await run('syncthing', ['generate', '--no-default-folder', '--skip-port-probing', '--home', one], options)
      ids.push((await run('syncthing', ['--device-id', '--home', one], options)).stdout.trim())
    }
    await using stack = new AsyncDisposableStack()
    const start = async (index: 0 | 1, path: string, type: string): Promise<Syncthing> => {
      const place = homes[index]
      const socket = join(place, 'gui.sock')
      const devices = ids.map(
        (id, at) => `<device id="${id}"><address>tcp://${machines[at]!.address}:${port}</address></device>`,
      )
      await writeFile(
        join(place, 'config.xml'),
        `<configuration version="36">
<folder id="bench" label="bench" path="${path}" type="${type}" rescanIntervalS="0" fsWatcherEnabled="false" paused="${index === 1}">
${ids.map((id) => `<device id="${id}"></device>`).join('\n')}
</folder>
${devices.join('\n')}
<gui enabled="true" tls="false"><address>${socket}</address><apikey>${key}</apikey></gui>
<options>
<listenAddress>tcp://${machines[index].address}:${port}</listenAddress>
<globalAnnounceEnabled>false</globalAnnounceEnabled>
<localAnnounceEnabled>false</localAnnounceEnabled>
<relaysEnabled>false</relaysEnabled>
<natEnabled>false</natEnabled>
<urAccepted>-1</urAccepted>
<autoUpgradeIntervalH>0</autoUpgradeIntervalH>
<crashReportingEnabled>false</crashReportingEnabled>
<startBrowser>false</startBrowser>
<reconnectionIntervalS>1</reconnectionIntervalS>
</options>
</configuration>
`,
      )
      await mkdir(join(path, '.stfolder'), { recursive: true })
      const [command = '', ...within] = machines[index].within
      const program = stack.use(
        await Program.start({
          command,
          args: [...within, 'syncthing', 'serve', '--no-browser', '--no-restart', '--no-upgrade', '--home', place],
          folder: place,
          environment: quiet,
        }),
      )
      return new Syncthing(program, socket)
    }
    const giver = await start(0, from, 'sendonly')
    const taker = await start(1, into, 'receiveonly')
    const linked = async (): Promise<true | undefined> => {
      const { connections } = (await giver.#ask('/rest/system/connections')) as {
        connections: Record<string, { connected: boolean }>
      }
      return connections[ids[1]!]?.connected || undefined
    }
    await until(() => linked().catch(() => undefined), 'Syncthing is connected', patienceMs).catch((error: unknown) => {
      throw new Error(`${giver.log()}\n${taker.log()}`, { cause: error })
    })
    const rest = stack.move()
    return { giver, taker, [Symbol.asyncDispose]: () => rest[Symbol.asyncDispose]() }
  }

  /** Waits until it knows so many bytes of its own. */
  async knows(bytes: number): Promise<void> {
    await until(
      async () => {
        const { state, localBytes } = await this.#status()
        return (state === 'idle' && localBytes >= bytes) || undefined
      },
      'Syncthing has hashed it',
      patienceMs,
    )
  }

  /** Goes on with the folder, until so many bytes are here. */
  async take(bytes: number): Promise<void> {
    await this.#ask('/rest/config/folders/bench', { method: 'PATCH', body: JSON.stringify({ paused: false }) })
    await until(
      async () => {
        const { state, globalBytes, needBytes, needTotalItems } = (await this.#status().catch(() => undefined)) ?? {}
        return (state === 'idle' && globalBytes! >= bytes && needBytes === 0 && needTotalItems === 0) || undefined
      },
      'Syncthing has it',
      patienceMs,
    )
  }

  log(): string {
    return this.#program.log()
  }

  async #status(): Promise<FolderStatus> {
    return (await this.#ask('/rest/db/status?folder=bench')) as FolderStatus
  }

  async #ask(path: string, init: RequestInit = {}): Promise<unknown> {
    const answer = await this.#fetch(`http://localhost${path}`, { ...init, headers: { 'X-API-Key': key } })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`Syncthing answers ${answer.status}: ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#program[Symbol.asyncDispose]()
  }
}
