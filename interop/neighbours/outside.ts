import { execFile, spawn } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Machine } from '../namespaces.ts'

const run = promisify(execFile)

/** Addresses for documentation (RFC 5737): in these tests they stand for the internet. */
export const outside = '203.0.113.80'
export const secondOutside = '203.0.113.81'

/** What a web server and an echo of datagrams out there do. */
const server = `
  const http = require('node:http').createServer((request, response) => {
    const bytes = /^\\/bytes\\/(\\d+)$/.exec(request.url)
    if (bytes !== null) {
      const block = Buffer.alloc(65536)
      let left = Number(bytes[1])
      response.writeHead(200, { 'content-length': left })
      const more = () => {
        while (left > 0) {
          const some = block.subarray(0, Math.min(left, block.length))
          left -= some.length
          if (!response.write(some)) return response.once('drain', more)
        }
        response.end()
      }
      return more()
    }
    if (request.url === '/who') return response.end(request.socket.remoteAddress)
    let length = 0
    request.on('data', (data) => { length += data.length })
    request.on('end', () => response.end(request.url === '/count' ? String(length) : 'hello from outside'))
  })
  http.listen(80, '0.0.0.0', () => console.log('ready'))
  const socket = require('node:dgram').createSocket('udp4')
  socket.on('message', (message, from) => socket.send(message + ' from outside', from.port, from.address))
  socket.bind(7000, "${outside}")`

/**
 * A world beyond a machine, which only that machine has a way to: a router next to it, and two addresses behind.
 * The machine knows `outside.test` and names that are traps.
 */
export async function behind(machine: Machine): Promise<AsyncDisposable> {
  const name = `${machine.name}-out`
  const ip = async (...args: readonly string[]): Promise<void> => void (await run('ip', [...args]))
  await ip('netns', 'add', name)
  await using made = new AsyncDisposableStack()
  made.defer(() => ip('netns', 'delete', name))
  await ip('-n', name, 'link', 'set', 'lo', 'up')
  await ip('-n', machine.name, 'link', 'add', 'out0', 'type', 'veth', 'peer', 'name', 'in0', 'netns', name)
  await ip('-n', machine.name, 'address', 'add', '192.168.77.1/24', 'dev', 'out0')
  await ip('-n', machine.name, 'link', 'set', 'out0', 'up')
  await ip('-n', name, 'address', 'add', '192.168.77.2/24', 'dev', 'in0')
  await ip('-n', name, 'link', 'set', 'in0', 'up')
  for (const address of [outside, secondOutside]) {
    await ip('-n', name, 'address', 'add', `${address}/32`, 'dev', 'lo')
  }
  await ip('-n', machine.name, 'route', 'add', '203.0.113.0/24', 'via', '192.168.77.2')
  const names = `/etc/netns/${machine.name}`
  await mkdir(names, { recursive: true })
  made.defer(() => rm(names, { recursive: true }))
  const hosts = [`127.0.0.1 localhost`, `${outside} outside.test`, '127.0.0.1 rebound.test', '192.168.77.2 inside.test']
  await writeFile(`${names}/hosts`, `${hosts.join('\n')}\n`)
  const child = spawn('ip', ['netns', 'exec', name, process.execPath, '-e', server], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  made.defer(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill()
    await ended
  })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  return made.move()
}
