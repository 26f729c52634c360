import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail } from '@kith/core/fault/fault.ts'
import type { LogOptions } from './log.ts'
import { openLog } from './log.ts'

function opened(options: Partial<LogOptions> = {}) {
  const lines: string[] = []
  const out = { write: (text: string) => lines.push(text) }
  const log = openLog({ level: 'info', names: new Map(), redact: false, now: () => 0, form: 'json', out, ...options })
  return { log, lines }
}

test('a line is a sentence with its fields, its part and its time', () => {
  const { log, lines } = opened()
  log.child('edonkey').child('kad').warn('peer refused slot', { peer: 'ada', place: 3 })
  assert.deepEqual(JSON.parse(lines[0] ?? ''), {
    level: 'warn',
    time: '1970-01-01T00:00:00.000Z',
    name: 'edonkey/kad',
    peer: 'ada',
    place: 3,
    msg: 'peer refused slot',
  })
  assert.equal(lines[0]?.endsWith('}\n'), true)
})

test('parts have levels of their own, the nearest one counting, and live', () => {
  const { log, lines } = opened({
    names: new Map([
      ['net', 'error'],
      ['net/udp', 'debug'],
    ]),
  })
  const say = (): void => {
    log.debug('whole')
    log.child('net').warn('net')
    log.child('network').info('network')
    log.child('net').child('udp').debug('udp')
  }
  say()
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).msg),
    ['network', 'udp'],
  )
  lines.length = 0
  log.configure({ level: 'debug', names: new Map(), redact: false })
  say()
  assert.equal(lines.length, 4)
})

test('for the journal a line begins with its priority', () => {
  const { log, lines } = opened({ form: 'journal' })
  log.error('bad')
  log.info('fine', { level: 'odd' })
  assert.equal(lines[0]?.slice(0, 4), '<3>{')
  assert.equal(lines[1]?.slice(0, 4), '<6>{')
})

test('for a person a line is readable', () => {
  const { log, lines } = opened({ form: 'pretty' })
  log.warn('the disk is slow', { ms: 12 })
  assert.match(lines.join(''), /WARN.*the disk is slow/)
  assert.match(lines.join(''), /ms.*12/)
})

test('anything can be a field', () => {
  const { log } = opened()
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  log.info('odd', {
    circle,
    bytes: new Uint8Array(100),
    big: 1n,
    error: new Error('why'),
    fault: fail('local', 'disk/full', 'full', { cause: new Error('inner') }),
    set: new Set(['a']),
    long: 'x'.repeat(5000),
  })
  const [entry] = log.since(0)
  assert.ok(entry)
  const { fields } = entry
  assert.equal(fields['bytes'], `${'00'.repeat(64)}…`)
  assert.equal(fields['big'], '1')
  assert.equal((fields['error'] as { message: string }).message, 'why')
  assert.equal((fields['fault'] as { code: string }).code, 'disk/full')
  assert.deepEqual(fields['set'], ['a'])
  assert.equal((fields['long'] as string).length, 2001)
  assert.equal(JSON.stringify(fields['circle']), '{"self":{"self":{"self":{"self":"…"}}}}')
})

test('who and what can be shortened', () => {
  const { log } = opened({ redact: true })
  log.info('met', {
    peer: '203.0.113.7:6881',
    six: '[2001:db8:1:2::5]:80',
    hash: '0123456789abcdef0123456789abcdef01234567',
    tth: 'LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ',
    deep: [{ '10.1.2.3': 1 }],
    time: '12:30:45',
  })
  assert.deepEqual(log.since(0)[0]?.fields, {
    peer: '203.0.x.x:6881',
    six: '[2001:db8:x]:80',
    hash: '012345…',
    tth: 'LWPNAC…',
    deep: [{ '10.1.x.x': 1 }],
    time: '12:30:45',
  })
})

test('the newest entries are kept and watched', () => {
  const { log } = opened()
  const seen: number[] = []
  const watching = log.watch(({ seq }) => seen.push(seq))
  log.info('one')
  watching[Symbol.dispose]()
  for (let n = 2; n <= 5_010; n++) log.info(String(n))
  assert.deepEqual(seen, [1])
  const kept = log.since(0)
  assert.equal(kept.length, 5_000)
  assert.equal(kept[0]?.sentence, '11')
  assert.deepEqual(
    log.since(5_008).map(({ seq }) => seq),
    [5_009, 5_010],
  )
})
