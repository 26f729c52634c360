import type { Fault } from '@kith/core/fault/fault.ts'
import type { Gateway } from '@kith/core/network/facets.ts'
import type { Network } from '@kith/core/network/network.ts'
import type { Proof } from '@kith/core/transfer/proof.ts'
import type { WishFacts } from '@kith/core/transfer/wish.ts'
import { attempt } from '@kith/wire/fault.ts'
import type { Supervised } from '../supervisor.ts'
import type { DetailsWorld, Pieces } from '../views/transfer-view.ts'

/** What a hint says, or why it cannot be read. */
interface Read {
  readonly facts: WishFacts | undefined
  readonly pieces: Pieces | undefined
  readonly fault: Fault | undefined
}

/** What the details of a transfer need of the networks. Where what is kept of it is damaged, they tell what can be read, and the fault. */
export function detailsWorld(networks: ReadonlyMap<string, Supervised>): DetailsWorld {
  // A hint may be long, and who looks at a transfer asks every second.
  const before = new WeakMap<Uint8Array, Read>()
  const read = (network: Network<never>, hint: Uint8Array): Read => {
    let known = before.get(hint)
    if (known === undefined) before.set(hint, (known = readHint(network, hint)))
    return known
  }
  return {
    gateways: (id) =>
      [...networks.values()].flatMap(({ membership }): readonly Gateway[] =>
        (membership?.gateways?.list() ?? []).filter(({ transfer }) => transfer === id),
      ),
    links({ record }) {
      // Without a name it is called by its digest here, which is no name for others.
      const named = !record.digests.some((digest) => digest === record.name)
      const content = {
        digests: record.digests,
        ...(named ? { name: record.name } : {}),
        ...(record.size === undefined ? {} : { size: record.size }),
      }
      return [...networks.values()].flatMap(({ network }) => {
        const link = attempt(() => network.link(content, record.hints.get(network.id)))
        return (link.ok ? link.value : network.link(content, undefined)) ?? []
      })
    },
    said({ record }) {
      const all = [...networks.values()].flatMap(({ network }) => {
        const hint = record.hints.get(network.id)
        return hint === undefined ? [] : [read(network, hint)]
      })
      return {
        facts: all.find(({ facts }) => facts !== undefined)?.facts ?? { private: false },
        pieces: all.find(({ pieces }) => pieces !== undefined)?.pieces,
        fault: all.find(({ fault }) => fault !== undefined)?.fault,
      }
    },
  }
}

function readHint(network: Network<never>, hint: Uint8Array): Read {
  const facts = attempt(() => network.facts(hint))
  const described = attempt(() => network.describe(hint))
  return {
    facts: facts.ok ? facts.value : undefined,
    pieces: described.ok ? piecesOf(described.value?.proofs ?? []) : undefined,
    fault: described.ok ? (facts.ok ? undefined : facts.fault) : described.fault,
  }
}

/** What is verified at once, as long as nothing runs that would know better. */
function piecesOf(proofs: readonly Proof[]): Pieces | undefined {
  const count = proofs.reduce((sum, { start, end, leaf }) => sum + Math.ceil((end - start) / leaf), 0)
  const [first] = proofs
  return first === undefined || count === 0
    ? undefined
    : { count, length: Math.min(first.leaf, first.end - first.start) }
}
