import assert from 'node:assert/strict'
import { test } from 'node:test'
import { madeUpSettings } from '../../dev/made-up.ts'
import { byGroup, fieldTitle, found, valueText } from './find.ts'

const settings = madeUpSettings()
const paths = (filter: string): readonly string[] => found(settings, filter).map(({ path }) => path)

test('settings are found by name, description, words of other programs and the environment', () => {
  assert.deepEqual(paths('hostname'), ['general.deviceName'])
  assert.deepEqual(paths('unchoke'), ['bittorrent.uploadSlots'])
  assert.deepEqual(paths('FETCHED most'), ['speed.down'])
  assert.deepEqual(paths('KITH_BITTORRENT_ANONYMOUS'), ['bittorrent.anonymous'])
  assert.deepEqual(paths('nonesuch'), [])
  assert.equal(paths('').length, settings.length)
})

test('names of fields as people write them', () => {
  assert.equal(fieldTitle('general.deviceName'), 'Device name')
  assert.equal(fieldTitle('api.allowed-hosts'), 'Allowed hosts')
  assert.equal(fieldTitle('speed.down'), 'Down')
})

test('values as people read them', () => {
  assert.equal(valueText(['a', 'b']), 'a, b')
  assert.equal(valueText(0), '0')
  assert.equal(valueText(undefined), '')
})

test('groups stay in the order they came', () => {
  assert.deepEqual([...byGroup(settings).keys()], ['general', 'speed', 'webdav', 'bittorrent'])
})
