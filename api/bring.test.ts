import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bring } from './bring.ts'
import { Client, ProblemError } from './client.ts'

/** A daemon that keeps what it was brought; each answer of `breaks` is how many bytes come before the connection breaks. */
function daemon(
  breaks: (number | undefined)[],
  refuses?: number,
): { client: Client; there: number[]; asked: string[] } {
  const there: number[] = []
  const asked: string[] = []
  const fetch = async (_: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    assert.equal(headers.get('tus-resumable'), '1.0.0')
    asked.push(init.method!)
    const offset = (): Response => new Response(null, { headers: { 'upload-offset': String(there.length) } })
    if (refuses !== undefined) return new Response(null, { status: refuses })
    if (init.method === 'HEAD') return offset()
    assert.equal(Number(headers.get('upload-offset')), there.length)
    const bytes = new Uint8Array(await (init.body as Blob).arrayBuffer())
    const broken = breaks.shift()
    there.push(...bytes.subarray(0, broken))
    if (broken !== undefined) throw new TypeError('network error')
    return offset()
  }
  return { client: new Client({ base: '', fetch }), there, asked }
}

test('what breaks off is gone on with where the daemon has it', async () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, at) => at)
  const { client, there, asked } = daemon([30, 0, 50])
  const told: (string | undefined)[] = []
  await bring(client, '/uploads/a/files/0', new Blob([bytes]), {
    offset: 0,
    onBreak: (error) => told.push(error?.message),
  })
  assert.deepEqual(there, [...bytes])
  assert.deepEqual(asked, ['PATCH', 'HEAD', 'PATCH', 'HEAD', 'PATCH', 'HEAD', 'PATCH'])
  const broke = 'Kith does not answer'
  assert.deepEqual(told, [broke, undefined, broke, undefined, broke, undefined])
})

test('what is there already is not sent again, and an empty file is sent once', async () => {
  const whole = daemon([])
  whole.there.push(1, 2, 3)
  await bring(whole.client, '/x', new Blob([Uint8Array.of(1, 2, 3)]))
  assert.deepEqual(whole.asked, ['HEAD'])
  const empty = daemon([])
  await bring(empty.client, '/x', new Blob([]))
  assert.deepEqual(empty.asked, ['HEAD', 'PATCH'])
})

test('what is not wanted any more is told, and nobody waits for ever', async () => {
  const gone = daemon([], 404)
  await assert.rejects(bring(gone.client, '/x', new Blob(['a'])), ProblemError)
  const busy = daemon([], 423)
  const ended = new AbortController()
  const reason = new Error('closed')
  await assert.rejects(
    bring(busy.client, '/x', new Blob(['a']), { signal: ended.signal, onBreak: () => ended.abort(reason) }),
    reason,
  )
})
