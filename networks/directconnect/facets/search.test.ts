import assert from 'node:assert/strict'
import { test } from 'node:test'
import { untold } from '@kith/core/search/parts.ts'
import type { Query } from '@kith/core/search/query.ts'
import type { Questions } from '../hubs/questions.ts'
import type { Question } from '../wire/question.ts'
import { search } from './search.ts'

/** What is asked on hubs for a query, and what is left to compare here. */
async function askedFor(query: Query): Promise<{ question: Question | undefined; here: readonly string[] }> {
  const end = new AbortController()
  let question: Question | undefined
  const questions: Pick<Questions, 'ask'> = {
    ask(asked) {
      question = asked
      end.abort()
      return { [Symbol.dispose]() {} }
    },
  }
  const facet = search(questions as Questions)
  const plan = facet.plan(query)
  for await (const hit of facet.run(plan, end.signal)) assert.fail(`nobody answers, but ${hit.content.name}`)
  return { question, here: untold(query, plan) }
}

test('endings are asked of hubs, and with them a kind is compared here', async () => {
  const endings = await askedFor({ words: ['foo'], extensions: ['iso', 'img'], minimumSize: 5 })
  assert.deepEqual(endings, {
    question: { words: ['foo'], without: [], extensions: ['iso', 'img'], minimumSize: 5 },
    here: [],
  })
  const both = await askedFor({ words: ['foo'], extensions: ['iso'], medium: 'archive' })
  assert.deepEqual(both, { question: { words: ['foo'], without: [], extensions: ['iso'] }, here: ['medium'] })
  const kind = await askedFor({ words: ['foo'], medium: 'audio', phrases: ['a b'] })
  assert.deepEqual(kind, {
    question: { words: ['foo', 'a', 'b'], without: [], extensions: [], kind: 'audio' },
    here: ['phrases'],
  })
})
