import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { gatewayNetwork, linksIn, wishes } from './links.ts'

const hash = 'c9e15763f722f23e98a29decdfae341b98d53056'

test('finds every link in a text, many per line and many lines', () => {
  const text = `see magnet:?xt=urn:btih:${hash}&dn=a <https://example.org/x.torrent?a=1>\ned2k://|file|a|1|${hash}|/`
  assert.deepEqual(linksIn(text), [
    `magnet:?xt=urn:btih:${hash}&dn=a`,
    'https://example.org/x.torrent?a=1',
    `ed2k://|file|a|1|${hash}|/`,
  ])
})

test('a bare digest becomes a magnet link', () => {
  assert.deepEqual(linksIn(` ${hash}\n`), [`magnet:?xt=urn:btih:${hash}`])
  assert.deepEqual(linksIn('a'.repeat(64)), [`magnet:?xt=urn:btmh:1220${'a'.repeat(64)}`])
})

test('a link of a hub leads into its network, and nothing else does', () => {
  const networks = [{ id: 'bittorrent' }, { id: 'directconnect', gatewayLinks: ['adc', 'dchub'] }]
  assert.equal(gatewayNetwork('ADC://hub.example:1511', networks), 'directconnect')
  for (const link of ['magnet:?xt=1', 'https://hub.example/', 'adcs://hub.example:1511', 'adc:x'])
    assert.equal(gatewayNetwork(link, networks), undefined, link)
})

test('the same link counts once, and ordinary text has none', () => {
  assert.deepEqual(linksIn(`magnet:?xt=1 magnet:?xt=1`), ['magnet:?xt=1'])
  assert.deepEqual(linksIn('hello world https://example.org/page'), [])
})

test('what is not recognised is kept for the daemon to judge, line by line', () => {
  assert.deepEqual(wishes(' foo bar \n\nbaz'), ['foo bar', 'baz'])
  assert.deepEqual(wishes(`foo\nmagnet:?xt=1`), ['magnet:?xt=1'])
})

test('any text is read without a throw, and to no more than a bounded number of links', () => {
  fc.assert(fc.property(fc.string(), (text) => linksIn(text).length <= 1_000))
  assert.equal(linksIn(Array.from({ length: 5_000 }, (_, n) => `magnet:?xt=${n}`).join(' ')).length, 1_000)
})
