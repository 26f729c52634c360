import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Connection } from '@kith/core/network/net.ts'
import { Tunnels } from './tunnels.ts'

class Line {
  closed = 0
  close(): void {
    this.closed++
  }
  get connection(): Connection {
    return this as unknown as Connection
  }
}

test('tunnels of a device that is forgotten end, and those of others go on', () => {
  const paired = new Set(['ann', 'bob'])
  const tunnels = new Tunnels((device) => paired.has(device))
  const taken: string[] = []
  const open = (device: string, signal = new AbortController().signal): Line => {
    const line = new Line()
    const answer = tunnels.held(device, { signal }, { status: 200, tunnel: () => void taken.push(device) })
    answer.tunnel!(line.connection)
    return line
  }
  const ended = new AbortController()
  const [first, over, other] = [open('ann'), open('ann', ended.signal), open('bob')]
  ended.abort()
  paired.delete('ann')
  tunnels.keepPaired()
  tunnels.keepPaired()
  assert.deepEqual([first.closed, over.closed, other.closed], [1, 0, 0])
  assert.deepEqual(taken, ['ann', 'ann', 'bob'])
  // Forgotten while it was answered: nothing is given any more.
  assert.equal(open('ann').closed, 1)
  assert.equal(taken.length, 3)
})

test('an answer without a tunnel is as it was', () => {
  const answer = { status: 404 }
  assert.equal(new Tunnels(() => true).held('ann', { signal: new AbortController().signal }, answer), answer)
})
