import { Gauge, Registry } from 'prom-client'
import type { Status } from '@kith/api/status.ts'

/** The numbers of the daemon in Prometheus' text form, sampled when they are asked for. */
export function metrics(status: () => Promise<Status>): () => Promise<string> {
  const registry = new Registry()
  const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
    new Gauge({ name: `kith_${name}`, help, labelNames, registers: [registry] })
  const rate = gauge('rate_bytes', 'Bytes per second', ['direction'])
  const moved = gauge('moved_bytes', 'Bytes since the start', ['direction'])
  const transfers = gauge('transfers', 'Transfers by state', ['state'])
  const people = gauge('people', 'Peers that we are connected to')
  const networksOn = gauge('networks_on', 'Networks that are switched on')
  const resident = gauge('resident_memory_bytes', 'Memory of the process')
  const uptime = gauge('uptime_seconds', 'Seconds since the start')
  const free = gauge('downloads_free_bytes', 'Room where transfers go')
  return async () => {
    const now = await status()
    rate.set({ direction: 'down' }, now.downRate)
    rate.set({ direction: 'up' }, now.upRate)
    moved.set({ direction: 'down' }, now.down)
    moved.set({ direction: 'up' }, now.up)
    transfers.reset()
    for (const [state, count] of Object.entries(now.transfers)) transfers.set({ state }, count)
    people.set(now.people)
    networksOn.set(now.networks.on)
    resident.set(now.residentBytes)
    uptime.set((now.now - now.startedAt) / 1000)
    if (now.freeBytes !== undefined) free.set(now.freeBytes)
    return registry.metrics()
  }
}
