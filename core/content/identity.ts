import type { Content } from './content.ts'
import type { Digest } from './digest.ts'

/** Somebody's unproven word that two digests name the same bytes. */
export interface Claim {
  readonly digests: readonly Digest[]
  /** Who said so: a network and peer, a link, a document. */
  readonly witness: string
}

/** Everything known of one content. */
export interface Identity extends Content {
  /** Digests that others say belong here, with who says it; never a reason to join. */
  readonly claimed: ReadonlyMap<Digest, readonly string[]>
}

/**
 * Which digests name the same bytes (design 4). Two contents join only when a digest that *we verified* says so:
 * when we hashed the bytes ourselves and they have both. What strangers say is kept as a link with its witness.
 */
export class Identities {
  readonly #byDigest = new Map<Digest, Known>()
  readonly #claims = new Map<Digest, Map<Digest, Set<string>>>()

  /**
   * All of these digests were computed from, or checked against, the same bytes here.
   * @returns the identity they are part of now
   */
  verified(content: Content): Identity {
    const joined = new Set<Known>()
    for (const digest of content.digests) {
      const known = this.#byDigest.get(digest)
      if (known !== undefined) joined.add(known)
    }
    const [first = { digests: new Set<Digest>(), size: undefined, name: undefined }, ...others] = joined
    for (const other of others) {
      for (const digest of other.digests) first.digests.add(digest)
      first.size ??= other.size
      first.name ??= other.name
    }
    for (const digest of content.digests) first.digests.add(digest)
    first.size ??= content.size
    first.name ??= content.name
    for (const digest of first.digests) this.#byDigest.set(digest, first)
    return this.#identity(first)
  }

  claimed(claim: Claim): void {
    for (const from of claim.digests) {
      for (const to of claim.digests) {
        if (from === to) continue
        let targets = this.#claims.get(from)
        if (targets === undefined) this.#claims.set(from, (targets = new Map()))
        const witnesses = targets.get(to)
        if (witnesses === undefined) targets.set(to, new Set([claim.witness]))
        else witnesses.add(claim.witness)
      }
    }
  }

  find(digest: Digest): Identity | undefined {
    const known = this.#byDigest.get(digest)
    if (known !== undefined) return this.#identity(known)
    if (!this.#claims.has(digest)) return undefined
    return this.#identity({ digests: new Set([digest]), size: undefined, name: undefined })
  }

  #identity(known: Known): Identity {
    const claimed = new Map<Digest, string[]>()
    for (const digest of known.digests) {
      for (const [other, witnesses] of this.#claims.get(digest) ?? []) {
        if (known.digests.has(other)) continue
        claimed.set(other, [...new Set([...(claimed.get(other) ?? []), ...witnesses])])
      }
    }
    return {
      digests: [...known.digests],
      ...(known.size === undefined ? {} : { size: known.size }),
      ...(known.name === undefined ? {} : { name: known.name }),
      claimed,
    }
  }
}

interface Known {
  readonly digests: Set<Digest>
  size: number | undefined
  name: string | undefined
}
