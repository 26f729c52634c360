import type { Fault } from '@kith/core/fault/fault.ts'
import { faultOf } from '@kith/core/fault/fault.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Directory, DirectoryState } from '@kith/core/network/facets.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Listener } from '@kith/core/network/net.ts'
import { endpointText } from '@kith/core/network/net.ts'
import { value } from '@kith/core/value/value.ts'
import type { TigerKernel } from '@kith/wire/hash/tiger.ts'
import type { Settings } from '../settings.ts'
import { formatKeyprint } from '../wire/keyprint.ts'
import { keeper } from './keeper.ts'
import { OpenHub } from './open-hub.ts'

/** Clients of ADC begin within this; those of NMDC wait for the hub to begin. */
const silenceMs = 700

/** Our own hub, for ADC and NMDC on one port. */
export function directory(host: Host, settings: Settings, kernel: TigerKernel): Directory {
  const state = value<DirectoryState>({ open: false, addresses: [], counts: {} })
  let open: { readonly hub: OpenHub; readonly resources: AsyncDisposableStack } | undefined
  let steps: Promise<void> = Promise.resolve()

  const step = (work: () => Promise<void>): Promise<void> => {
    const next = steps.then(work)
    steps = next.catch(() => {})
    return next
  }

  async function start(): Promise<void> {
    if (open !== undefined) return
    await using resources = new AsyncDisposableStack()
    const { directoryPort, directoryEncryption } = settings
    let hub: OpenHub | undefined
    try {
      const listener = resources.use(
        await host.net.listen({
          port: directoryPort,
          recognise,
          silenceMs,
          ...(directoryEncryption === 'never'
            ? {}
            : { tls: { plain: directoryEncryption === 'offered', client: 'ignored' as const } }),
          accept: (connection, head) => (hub === undefined ? connection.close() : hub.accept(connection, head)),
        }),
      )
      const addresses = addressesOf(host, settings, listener)
      const made = resources.use(new OpenHub(host, settings, kernel, addresses[0]!.replace(/^.*\/\//, '')))
      hub = made
      const tell = (): void => state.set({ open: true, addresses, counts: made.counts })
      tell()
      resources.use(every(host.clock, 1_000, tell))
      open = { hub: made, resources: resources.move() }
    } catch (error) {
      const fault: Fault = faultOf(error, 'open the hub')
      state.set({ open: false, addresses: [], counts: {}, fault })
      throw error
    }
  }

  return {
    state,
    open: () => step(start),
    close: () =>
      step(async () => {
        await open?.resources[Symbol.asyncDispose]()
        open = undefined
        state.set({ open: false, addresses: [], counts: {} })
      }),
    keeper: keeper(host, () => open?.hub),
  }
}

function addressesOf(host: Host, { directoryEncryption }: Settings, { local }: Listener): readonly string[] {
  const name = local.host === '::' || local.host === '0.0.0.0' ? '127.0.0.1' : local.host
  const at = endpointText({ host: name, port: local.port })
  return [
    ...(directoryEncryption === 'required' ? [] : [`adc://${at}`, `dchub://${at}`]),
    ...(directoryEncryption === 'never'
      ? []
      : [`adcs://${at}/?kp=${formatKeyprint(host.net.fingerprint)}`, `nmdcs://${at}`]),
  ]
}

/** How clients begin to talk to a hub: in ADC they do, in NMDC some do not wait. */
function recognise(head: Uint8Array): boolean | undefined {
  const text = String.fromCharCode(...head.subarray(0, 5))
  if (text.startsWith('$')) return true
  return text === 'HSUP ' ? true : 'HSUP '.startsWith(text) ? undefined : false
}
