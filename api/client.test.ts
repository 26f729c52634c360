import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client, ProblemError, UnreachableError } from './client.ts'

interface Asked {
  readonly url: string
  readonly method: string | undefined
  readonly authorization: string | null
  readonly body: unknown
}

function recorded(answer: () => Response | Promise<Response>): { readonly client: Client; readonly asked: Asked[] } {
  const asked: Asked[] = []
  const fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    asked.push({
      url: input as string,
      method: init.method,
      authorization: headers.get('authorization'),
      body: init.body,
    })
    return answer()
  }
  return { client: new Client({ base: 'http://kith', token: 'secret', fetch }), asked }
}

test('an operation becomes a request', async () => {
  const { client, asked } = recorded(() => Response.json({}))
  await client.call('changeTransfer', { params: { id: 'a/ü' }, body: { label: null } })
  await client.call('transfers', { query: { filter: 'a&b', from: 0, state: undefined } })
  assert.deepEqual(asked, [
    {
      url: 'http://kith/api/v1/transfers/a%2F%C3%BC',
      method: 'PATCH',
      authorization: 'Bearer secret',
      body: '{"label":null}',
    },
    {
      url: 'http://kith/api/v1/transfers?filter=a%26b&from=0',
      method: 'GET',
      authorization: 'Bearer secret',
      body: undefined,
    },
  ])
})

test('what an operation needs has to be given', () => {
  const { client } = recorded(() => Response.json({}))
  const wrong = [
    // @ts-expect-error a transfer has to be named
    () => client.call('transfer', {}),
    // @ts-expect-error there is no such field
    () => client.call('changeTransfer', { params: { id: 'a' }, body: { colour: 'red' } }),
  ]
  assert.equal(wrong.length, 2)
})

test('files are bytes, and nothing is nothing', async () => {
  assert.deepEqual(
    await recorded(() => new Response(new Uint8Array([1, 2]))).client.call('document', { params: { id: 'a' } }),
    new Uint8Array([1, 2]),
  )
  assert.equal(await recorded(() => new Response(null, { status: 204 })).client.call('stop'), undefined)
})

test('a problem is thrown as it came, and another answer as one of our own', async () => {
  const full = {
    type: 'x',
    title: 't',
    status: 404,
    detail: 'There is none',
    code: 'transfer/unknown',
    kind: 'input',
    hint: 'kith ls',
  }
  await assert.rejects(recorded(() => Response.json(full, { status: 404 })).client.call('status'), (error) => {
    assert.ok(error instanceof ProblemError)
    assert.deepEqual(error.problem, full)
    assert.equal(error.message, 'There is none')
    return true
  })
  for (const body of ['<h1>Bad gateway</h1>', '{"code":7}']) {
    await assert.rejects(recorded(() => new Response(body, { status: 502 })).client.call('status'), (error) => {
      assert.ok(error instanceof ProblemError)
      assert.equal(error.problem.status, 502)
      assert.equal(error.problem.code, 'api/no-problem')
      return true
    })
  }
})

test('a daemon that is not there is told from one that says no, and from a call that was given up', async () => {
  const { client } = recorded(() => Promise.reject(new TypeError('fetch failed')))
  await assert.rejects(client.call('status'), UnreachableError)
  const reason = new Error('enough')
  await assert.rejects(client.call('status', { signal: AbortSignal.abort(reason) }), reason)
})
