import type { Random } from '@kith/core/network/clock.ts'
import { pick } from '@kith/core/network/clock.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import { endpointText } from '@kith/core/network/net.ts'
import type { Announce, KnownPeer, Scraped } from '../wire/announce.ts'

/** Torrents that are counted at once, and peers of one; beyond that the newest are not taken. */
const mostSwarms = 200_000
const mostPeersEach = 5_000
/** Peers in one answer: what fits in a packet of usual size. */
const mostGiven = 80

interface Member {
  readonly peer: KnownPeer
  seed: boolean
  /** Milliseconds since the epoch. */
  seenAt: number
}

interface Swarm {
  readonly members: Map<string, Member>
  seeds: number
  completed: number
}

/** Who takes part in which torrent: what a tracker knows. Pure; time and chance are given. */
export class Swarms {
  readonly #swarms = new Map<string, Swarm>()
  readonly #random: Random
  #announces = 0

  constructor(random: Random) {
    this.#random = random
  }

  get counts(): Readonly<Record<string, number>> {
    let peers = 0
    for (const swarm of this.#swarms.values()) peers += swarm.members.size
    return { torrents: this.#swarms.size, peers, announces: this.#announces }
  }

  /**
   * Takes an announce in, and gives other peers at random. A seed is not told of seeds, but for its first announce: aria2
   * says that nothing is left while it has only a magnet link and does not know the size.
   */
  announce(
    of: Announce,
    from: Endpoint,
    now: number,
  ): { readonly seeds: number; readonly others: number; readonly peers: readonly KnownPeer[] } {
    this.#announces++
    const key = of.infoHash.toHex()
    const peer: KnownPeer = { host: from.host, port: of.port, id: of.peerId }
    const own = endpointText(peer)
    let swarm = this.#swarms.get(key)
    if (of.event === 'stopped') {
      if (swarm !== undefined) this.#drop(key, swarm, own)
      return { ...counts(swarm), peers: [] }
    }
    if (swarm === undefined) {
      if (this.#swarms.size >= mostSwarms) return { seeds: 0, others: 0, peers: [] }
      this.#swarms.set(key, (swarm = { members: new Map(), seeds: 0, completed: 0 }))
    }
    const seed = of.left === 0
    const known = swarm.members.get(own)
    if (known !== undefined) {
      swarm.seeds += Number(seed) - Number(known.seed)
      known.seed = seed
      known.seenAt = now
    } else if (swarm.members.size < mostPeersEach) {
      swarm.members.set(own, { peer, seed, seenAt: now })
      if (seed) swarm.seeds++
    }
    if (of.event === 'completed') swarm.completed++
    return {
      ...counts(swarm),
      peers: this.#some(swarm, own, seed && of.event !== 'started', Math.min(of.wanted, mostGiven)),
    }
  }

  #some(swarm: Swarm, own: string, withoutSeeds: boolean, wanted: number): KnownPeer[] {
    const members = [...swarm.members].filter(([key, member]) => key !== own && !(withoutSeeds && member.seed))
    // A partial shuffle: only as far as peers are wanted.
    const count = Math.min(wanted, members.length)
    for (let i = 0; i < count; i++) {
      const j = i + pick(this.#random, members.length - i)
      const held = members[i]!
      members[i] = members[j]!
      members[j] = held
    }
    return members.slice(0, count).map(([, { peer }]) => peer)
  }

  #drop(key: string, swarm: Swarm, member: string): void {
    const known = swarm.members.get(member)
    if (known === undefined) return
    swarm.members.delete(member)
    if (known.seed) swarm.seeds--
    if (swarm.members.size === 0) this.#swarms.delete(key)
  }

  scrape(infoHash: Uint8Array): Scraped {
    const swarm = this.#swarms.get(infoHash.toHex())
    return { infoHash, ...counts(swarm), completed: swarm?.completed ?? 0 }
  }

  /** Forgets peers that were not heard of since. */
  expire(since: number): void {
    for (const [key, swarm] of this.#swarms) {
      for (const [member, { seenAt }] of swarm.members) if (seenAt < since) this.#drop(key, swarm, member)
    }
  }
}

function counts(swarm: Swarm | undefined): { seeds: number; others: number } {
  return { seeds: swarm?.seeds ?? 0, others: (swarm?.members.size ?? 0) - (swarm?.seeds ?? 0) }
}
