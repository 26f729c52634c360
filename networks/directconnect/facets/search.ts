import { digestBy } from '@kith/core/content/content.ts'
import { bytesOf, digestOf } from '@kith/core/content/digest.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Locate, Search } from '@kith/core/network/facets.ts'
import type { Peer } from '@kith/core/peer/peer.ts'
import type { Hit } from '@kith/core/search/hit.ts'
import type { Medium, Query } from '@kith/core/search/query.ts'
import { inbox } from '@kith/core/value/inbox.ts'
import { equal } from '@kith/wire/bytes.ts'
import type { Questions } from '../hubs/questions.ts'
import type { Party } from '../peers/party.ts'
import { partyKey, peerOf } from '../peers/party.ts'
import type { FoundItem } from '../wire/found.ts'
import { formatMagnet } from '../wire/links.ts'
import type { Question, QuestionKind } from '../wire/question.ts'

/** Results of one search that wait to be looked at; what comes besides is left out. */
const mostHits = 5_000
/** Answers come within seconds. */
const locateMs = 15_000

const kinds: Readonly<Record<Medium, QuestionKind>> = {
  audio: 'audio',
  video: 'video',
  image: 'image',
  document: 'document',
  archive: 'archive',
  program: 'program',
  folder: 'folder',
}

/** Hubs look for words anywhere in paths; that the words of a phrase follow each other is for us to check. */
export function search(questions: Questions): Search {
  return {
    plan(query) {
      const { words, phrases = [], digest, ...rest } = query
      const byRoot = digest?.startsWith('tth:') === true
      const asked = [...words, ...phrases.flatMap((phrase) => phrase.split(/\s+/))]
      const native: Query = byRoot
        ? { words: [], digest }
        : { words: asked.map((word) => word.trim()).filter((word) => word !== ''), ...rest }
      const local = { words: [], ...(phrases.length === 0 ? {} : { phrases }), ...(byRoot ? rest : {}) }
      // A kind is asked for by its endings: with endings of their own there is no place for it.
      const { medium, ...endings } = native
      if (medium === undefined || native.extensions === undefined) return { native, local }
      return { native: endings, local: { ...local, medium } }
    },
    async *run(plan, signal) {
      const hits = inbox<Hit>(signal, mostHits)
      const question = questionOf(plan.native)
      if (question.words.length === 0 && question.tth === undefined && question.kind === undefined) return
      const found = (party: Party, { path, folder, size, freeSlots, tth }: FoundItem): void => {
        const name = path.at(-1) ?? ''
        const digests = tth === undefined || folder ? [] : [digestOf('tth', tth)]
        const content = { digests, name, ...(size === undefined ? {} : { size }) }
        const link = formatMagnet(content, [partyKey(party)])
        hits.push({
          content,
          peer: peerOf(party),
          path,
          slots: freeSlots,
          ...(folder ? { folder } : {}),
          ...(link === undefined ? {} : { link }),
        })
      }
      using _asking = questions.ask(question, found, { urgent: true })
      yield* hits
    },
  }
}

export function locate(questions: Questions, clock: Clock): Locate {
  return {
    async *locate(content, signal) {
      const digest = digestBy(content, 'tth')
      if (digest === undefined) return
      const tth = bytesOf(digest)
      const peers = inbox<Peer>(signal)
      const seen = new Set<string>()
      using _timer = clock.after(locateMs, () => peers.end())
      using _asking = questions.ask(
        { words: [], without: [], extensions: [], tth },
        (party, item) => {
          const peer = peerOf(party)
          if (item.tth === undefined || !equal(item.tth, tth) || seen.has(peer.key)) return
          seen.add(peer.key)
          peers.push(peer)
        },
        { urgent: true },
      )
      yield* peers
    },
  }
}

function questionOf(query: Query): Question {
  const { words, without = [], extensions = [], medium, minimumSize, maximumSize, digest } = query
  return {
    words,
    without,
    extensions,
    ...(minimumSize === undefined ? {} : { minimumSize }),
    ...(maximumSize === undefined ? {} : { maximumSize }),
    ...(medium === undefined ? {} : { kind: kinds[medium] }),
    ...(digest === undefined ? {} : { tth: bytesOf(digest) }),
  }
}
