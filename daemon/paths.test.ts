import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paths } from './paths.ts'

test('without anything said the XDG defaults hold', () => {
  assert.deepEqual(paths({ env: {}, userHome: '/home/ada' }), {
    configFile: '/home/ada/.config/kith/config.toml',
    state: '/home/ada/.local/state/kith',
    database: '/home/ada/.local/state/kith/kith.db',
    library: '/home/ada/.local/state/kith/library.db',
    lock: '/home/ada/.local/state/kith/kith.lock',
    parts: '/home/ada/.local/state/kith/parts',
    uploads: '/home/ada/.local/state/kith/uploads',
    cache: '/home/ada/.cache/kith',
    runtime: '/home/ada/.local/state/kith/run',
    socket: '/home/ada/.local/state/kith/run/api.sock',
    downloads: '/home/ada/Downloads',
  })
})

test('XDG variables count when they are absolute', () => {
  const env = {
    XDG_CONFIG_HOME: '/c',
    XDG_STATE_HOME: 'relative',
    XDG_CACHE_HOME: '/k',
    XDG_RUNTIME_DIR: '/run/user/1',
  }
  const found = paths({ env, userHome: '/home/ada' })
  assert.equal(found.configFile, '/c/kith/config.toml')
  assert.equal(found.state, '/home/ada/.local/state/kith')
  assert.equal(found.cache, '/k/kith')
  assert.equal(found.socket, '/run/user/1/kith/api.sock')
})

test('the download folder is the one of the desktop', () => {
  const downloads = (userDirs: string): string => paths({ env: {}, userHome: '/home/ada', userDirs }).downloads
  assert.equal(downloads('# x\nXDG_DOWNLOAD_DIR="$HOME/Gelöst"\n'), '/home/ada/Gelöst')
  assert.equal(downloads('XDG_DOWNLOAD_DIR="/mnt/big"'), '/mnt/big')
  assert.equal(downloads('XDG_DOWNLOAD_DIR="$HOME/"'), '/home/ada/Downloads')
  assert.equal(downloads('XDG_DOWNLOAD_DIR="$HOMER"'), '/home/ada/Downloads')
})

test('systemd gives folders to a service, and a home overrides all', () => {
  const env = {
    STATE_DIRECTORY: '/var/lib/kith:/var/lib/other',
    CONFIGURATION_DIRECTORY: '/etc/kith',
    CACHE_DIRECTORY: '/var/cache/kith',
    RUNTIME_DIRECTORY: '/run/kith',
  }
  const service = paths({ env, userHome: '/' })
  assert.equal(service.database, '/var/lib/kith/kith.db')
  assert.equal(service.configFile, '/etc/kith/config.toml')
  assert.equal(service.socket, '/run/kith/api.sock')
  assert.equal(service.downloads, '/var/lib/kith/downloads')
  const other = paths({ env: { ...env, KITH_HOME: '/elsewhere' }, userHome: '/' })
  assert.equal(other.socket, '/elsewhere/run/api.sock')
  assert.equal(
    paths({ env: { KITH_HOME: '/elsewhere' }, userHome: '/', home: '/here' }).configFile,
    '/here/config.toml',
  )
})
