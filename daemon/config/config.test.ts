import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import type { SettingStore } from '../host/database/settings.ts'
import { Config } from './config.ts'
import { environmentName, fileName, nearest } from './names.ts'
import { parseLevels } from './levels.ts'
import { api, connections, disk, general, log, sharing, speed } from './settings.ts'
import { readFileLayer } from './file.ts'

const groups = Object.entries({ general, speed, sharing, connections, api, log, disk }).map(([name, schema]) => ({
  name,
  title: name,
  schema,
}))

function memory(): SettingStore {
  const groups = new Map<string, Map<string, unknown>>()
  return {
    load: () => groups,
    set: (group, field, value) => void groups.set(group, (groups.get(group) ?? new Map()).set(field, value)),
    unset: (group, field) => void groups.get(group)?.delete(field),
  }
}

function config(from: {
  file?: string | (() => string)
  env?: Record<string, string>
  flags?: [string, string][]
  store?: SettingStore
}): Config {
  return new Config({
    groups,
    store: from.store ?? memory(),
    file: () => (typeof from.file === 'function' ? from.file() : from.file),
    fileLabel: 'config.toml',
    env: from.env ?? {},
    readText: (path) => {
      if (path === '/secret') return 'hidden\n'
      throw new Error('ENOENT')
    },
    flags: from.flags ?? [],
  })
}

function fault(code: string, ...words: string[]) {
  return (error: unknown) =>
    error instanceof FaultError &&
    error.fault.code === code &&
    words.every((word) => `${error.message} ${error.fault.hint}`.includes(word))
}

test('each layer counts more than those before it, and each value says where it is from', () => {
  const store = memory()
  store.set('speed', 'down', 1)
  store.set('speed', 'up', 1)
  store.set('speed', 'constructor', 1)
  store.set('speed', 'alternative', 'sometimes')
  const file = '[speed]\nup = 2\nalternative-up = 3\nalternativeDown = 4\n'
  const made = config({
    store,
    file,
    env: { KITH_SPEED_ALTERNATIVE_UP: '30', KITH_API_PORT: '8000', KITH_API_PASSWORD_FILE: '/secret' },
    flags: [['api.port', '9000']],
  })
  assert.deepEqual(made.problems.current, [])
  const { down, up, alternativeUp, alternativeDown, alternative } = made.of('speed', speed).current
  assert.deepEqual([down, up, alternativeUp, alternativeDown, alternative], [1, 2, 30, 4, 'never'])
  assert.equal(made.of('api', api).current.password, 'hidden')
  const origins = ['down', 'up', 'alternativeUp', 'limitLocal'].map((name) => {
    const [{ origin, where, pinned } = assert.fail()] = made.explain('speed', name)
    return [origin, where, pinned]
  })
  assert.deepEqual(origins, [
    ['page', undefined, false],
    ['file', 'config.toml, line 2', true],
    ['environment', 'KITH_SPEED_ALTERNATIVE_UP', true],
    ['default', undefined, false],
  ])
  assert.equal(made.explain('api', 'port')[0]?.value, 9000)
  assert.equal(made.explain().length > 20, true)
})

test('an unknown key, a wrong type and a wrong table are named with their line and what was meant', () => {
  const file = [
    '# mine',
    'colour = "red"',
    '[sped]',
    'down = 1',
    '[speed]',
    'donw = 1',
    'up = "fast"',
    '[api]',
    'port = 99999',
    'zebra = 1',
    'constructor = 1',
    'rpc-port = 1',
  ].join('\n')
  const made = config({ file, env: { KITH_SPEED_DOWM: '1', KITH_HOME: '/x', KITH_API_PASSWORD_FILE: '/none' } })
  const told = made.problems.current.map(({ code, message, hint }) => [code, message, hint])
  assert.deepEqual(told, [
    ['config/secret-file', 'KITH_API_PASSWORD_FILE: /none cannot be read (ENOENT)', undefined],
    ['config/unknown-key', 'the environment: there is no setting KITH_SPEED_DOWM', 'Did you mean KITH_SPEED_DOWN?'],
    ['config/unknown-key', 'config.toml, line 2: there is no setting colour', undefined],
    ['config/unknown-key', 'config.toml, line 3: there is no setting [sped]', 'Did you mean [speed]?'],
    ['config/unknown-key', 'config.toml, line 6: there is no setting speed.donw', 'Did you mean down?'],
    ['config/value', 'config.toml, line 7: speed.up has to be a whole number', undefined],
    ['config/value', 'config.toml, line 9: api.port has to be between 0 and 65535', undefined],
    ['config/unknown-key', 'config.toml, line 10: there is no setting api.zebra', undefined],
    ['config/unknown-key', 'config.toml, line 11: there is no setting api.constructor', undefined],
    ['config/unknown-key', 'config.toml, line 12: there is no setting api.rpc-port', 'Did you mean port?'],
  ])
})

test('a file that is no TOML is told with its line and the former values stay', () => {
  let file = '[speed]\ndown = 5'
  const made = config({ file: () => file })
  const changes: number[] = []
  made.of('speed', speed).watch(({ down }) => changes.push(down))
  file = '[speed]\ndown = = 6'
  made.reload()
  assert.equal(made.problems.current[0]?.code, 'config/toml')
  assert.match(made.problems.current[0]?.message ?? '', /^config\.toml, line 2: /)
  assert.equal(made.of('speed', speed).current.down, 5)
  file = '[speed]\ndown = 7'
  made.reload()
  made.reload()
  assert.deepEqual(made.problems.current, [])
  file = ''
  made.reload()
  assert.deepEqual(changes, [7, 0])
})

test('the page changes what nothing pins', () => {
  const store = memory()
  const made = config({ store, file: '[speed]\nup = 2' })
  const seen: number[] = []
  made.of('speed', speed).watch(({ down }) => seen.push(down))
  assert.equal(made.set('speed', 'down', '12').origin, 'page')
  made.set('speed', 'down', 12)
  assert.equal(config({ store }).of('speed', speed).current.down, 12)
  assert.equal(made.unset('speed', 'down').origin, 'default')
  assert.deepEqual(seen, [12, 0])
  assert.throws(() => made.set('speed', 'up', 1), fault('config/pinned', 'config.toml, line 1'.replace('1', '2')))
  assert.throws(() => made.unset('speed', 'up'), fault('config/pinned'))
  assert.throws(() => made.set('speed', 'down', -1), fault('config/value', 'speed.down'))
  assert.throws(() => made.set('speed', 'dwon', 1), fault('config/unknown-key', 'speed.down'))
  assert.throws(() => made.set('sped', 'down', 1), fault('config/unknown-key', 'speed'))
  assert.throws(() => made.explain('nothing at all'), fault('config/unknown-key'))
})

test('any text is a layer or problems, never a throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc
          .array(fc.constantFrom('[', ']', 'speed', 'down', '=', '.', '1', '"', "'", '\n', ' ', '[[', 'true', '#'))
          .map((parts) => parts.join('')),
      ),
      (text) => {
        const { layer, problems } = readFileLayer(text, 'config.toml', groups)
        assert.equal(
          layer === undefined,
          problems.some(({ code }) => code === 'config/toml'),
        )
      },
    ),
  )
})

test('names in the file and the environment, and the nearest one', () => {
  assert.equal(fileName('alternativeDown'), 'alternative_down')
  assert.equal(environmentName('speed', 'alternativeDown'), 'KITH_SPEED_ALTERNATIVE_DOWN')
  assert.equal(nearest('dowloads', ['downloads', 'upload', 'port']), 'downloads')
  assert.equal(nearest('prot', ['page', 'port']), 'port')
  assert.equal(nearest('xyzzy', ['page', 'port']), undefined)
})

test('every setting describes itself and takes its own default', () => {
  for (const { name, schema } of groups) {
    for (const [field, setting] of Object.entries(schema.fields)) {
      assert.match(setting.description, /\.$/, `${name}.${field}`)
      assert.deepEqual(setting.parse(setting.default), { ok: true, value: setting.default }, `${name}.${field}`)
    }
  }
})

test('hours of the week are a setting', () => {
  const { parse } = speed.fields.schedule
  assert.deepEqual(parse('mon 08:00-09:00, 22:00 - 06:00'), { ok: true, value: ['mon 08:00-09:00', '22:00 - 06:00'] })
  const wrong = parse(['mon-fri 08:00-17:30', 'at night'])
  assert.match(wrong.ok ? '' : wrong.problem, /“at night” is not a time of the week/)
})

test('levels of parts', () => {
  const { names, wrong } = parseLevels(['edonkey=debug,net = warn', 'x', 'y=loud'])
  assert.deepEqual(
    [...names],
    [
      ['edonkey', 'debug'],
      ['net', 'warn'],
    ],
  )
  assert.deepEqual(wrong, ['x', 'y=loud'])
})
