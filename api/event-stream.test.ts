import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { StreamEvent } from './event-stream.ts'
import { eventStream } from './event-stream.ts'

async function read(chunks: readonly Uint8Array[]): Promise<StreamEvent[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
  const events: StreamEvent[] = []
  for await (const event of eventStream(body)) events.push(event)
  return events
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

test('events, comments, ids and lines of data', async () => {
  const text = ': hello\n\nevent: gap\ndata: {}\n\nid: 7\nevent: entry\ndata: a\ndata:b\n\ndata: é\n\ndata: cut off'
  assert.deepEqual(await read([bytes(text)]), [
    { id: undefined, event: 'gap', data: '{}' },
    { id: '7', event: 'entry', data: 'a\nb' },
    { id: '7', event: 'message', data: 'é' },
  ])
})

test('the same events come out however the stream is cut, with every kind of line end', async () => {
  const line = fc.constantFrom('data: a', 'data: ü€😀', 'id: 3', 'event: live', ': keep', 'data', '')
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 12 }),
      fc.array(fc.nat(200), { maxLength: 12 }),
      async (lines, cuts) => {
        const whole = bytes(`${lines.map((pair) => pair.join('')).join('')}data: end\n\n`)
        const at = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length]
        const chunks = at.slice(1).map((end, index) => whole.subarray(at[index], end))
        assert.deepEqual(await read(chunks), await read([whole]))
      },
    ),
  )
})

test('any bytes are read without a throw', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.uint8Array()), async (chunks) => void (await read(chunks))))
})
