import type { Http2Session } from 'node:http2'
import { fail } from '@kith/core/fault/fault.ts'
import type { Channels } from '@kith/core/network/channel.ts'
import type { TlsConnect, TlsListen } from '@kith/core/network/tls.ts'
import { endpointText } from '@kith/core/network/net.ts'
import { TIMEOUT_MS } from '../net/dial.ts'
import { readSpace } from '../net/read-space.ts'
import { secureAccepted, secureInTime } from '../net/tls.ts'
import { answering } from './answering.ts'
import { DialledChannel } from './dialled.ts'
import { insideOf, isLine, NOWHERE, socketOf } from './lines.ts'
import type { ChannelWorld, World } from './world.ts'

const common = { alpn: ['h2'], minimum: 'TLSv1.3' } as const

/** HTTP/2 by Node, on the sockets of the host. */
export function channels(given: ChannelWorld): Channels {
  const { clock, log, isLocal } = given
  const world: World = { ...given, tunnels: { clock, log, isLocal, space: readSpace(), open: new Set() } }
  return {
    async dial(to, fingerprint, signal) {
      const tls: TlsConnect = {
        trust: fingerprint === undefined ? { kind: 'anyone' } : { kind: 'pinned', fingerprints: [fingerprint] },
        ...common,
      }
      const until = signal === undefined ? {} : { signal }
      const line = isLine(to)
      const connection = line ? socketOf(to) : await world.net.connect(to, { tls, ...until })
      if (line) await secureInTime(clock, socketOf(to), world.identity(), tls, until)
      const shown = connection.secured?.fingerprint
      const remote = line ? NOWHERE : to
      if (connection.secured?.alpn !== 'h2' || shown === undefined) {
        connection.close()
        throw fail('peer', 'channel/not-spoken', `${endpointText(remote)} does not speak as devices do`)
      }
      return new DialledChannel(world, remote, shown, insideOf(connection))
    },
    async accept(line, answer) {
      const late = new AbortController()
      using _timer = clock.after(TIMEOUT_MS, () =>
        late.abort(fail('gone', 'net/timeout', 'Nobody answered in time', { doing: 'answer a call' })),
      )
      const tls: TlsListen = { plain: false, client: 'required', ...common }
      await secureAccepted(socketOf(line), world.identity(), tls, new Uint8Array(), late.signal)
      answering(world, line, answer, NOWHERE)
    },
    async listen({ port }, answer) {
      const sessions = new Set<Http2Session>()
      const listener = await world.net.listen({
        ...(port === undefined ? {} : { port }),
        tls: { plain: false, client: 'asked', ...common },
        // Nobody else speaks HTTP/2 by name, so it is ours before the first byte.
        recognise: () => true,
        accept: (connection) => {
          const session = answering(world, connection, answer)
          sessions.add(session)
          session.once('close', () => sessions.delete(session))
        },
      })
      return {
        local: listener.local,
        async [Symbol.asyncDispose]() {
          await listener[Symbol.asyncDispose]()
          // Whoever answered is not there any more.
          for (const session of sessions) session.destroy()
        },
      }
    },
  }
}
