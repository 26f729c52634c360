import { execFile, spawn } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Machine } from '../namespaces.ts'

const run = promisify(execFile)

/** Addresses for documentation (RFC 5737): in these tests they stand for the internet. */
export const outside = '203.0.113.80'
export const secondOutside = '203.0.113.81'
/** The same over IPv6 (RFC 3849). */
export const outsideV6 = '2001:db8:80::80'
export const secondOutsideV6 = '2001:db8:80::81'
/** The machine's own address towards there, and the router's. */
export const nearV6 = '2001:db8:77::1'
export const routerV6 = '2001:db8:77::2'
/** Out there too, and a private network by what they mean (RFC 4193, RFC 6052, RFC 3056); the last by a translator of that network. */
export const privateV6 = [
  'fd80::1',
  '64:ff9b::c0a8:4d02',
  '64:ff9b:1::808:808',
  '2002:c0a8:4d02::1',
  '2001:db8:64::c0a8:4d02',
] as const

/** What a web server and an echo of datagrams out there do. */
const server = `
  const answer = (request, response) => {
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
  }
  const echo = (type, host) => {
    const socket = require('node:dgram').createSocket(type)
    socket.on('message', (message, from) => socket.send(message + ' from outside', from.port, from.address))
    socket.bind(7000, host)
  }
  const { createServer } = require('node:http')
  echo('udp4', "${outside}")
  createServer(answer).listen(80, '0.0.0.0', () => {
    if (process.argv[1] !== 'v6') return console.log('ready')
    echo('udp6', "${outsideV6}")
    createServer(answer).listen({ port: 80, host: '::', ipv6Only: true }, () => console.log('ready'))
  })`

/**
 * A world beyond a machine, which only that machine has a way to: a router next to it, and two addresses behind.
 * The machine knows `outside.test` and names that are traps.
 *
 * @param v6 the same over IPv6; by which router is for that router to say: see `advertise`
 */
export async function behind(machine: Machine, v6 = false): Promise<AsyncDisposable> {
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
  if (v6) {
    // Whoever calls itself a router and is none is believed no more (RFC 4861 7.2.5).
    await run('ip', ['netns', 'exec', name, 'sh', '-c', 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'])
    const far = [outsideV6, secondOutsideV6, ...privateV6]
    await ip('-n', machine.name, 'address', 'add', `${nearV6}/64`, 'dev', 'out0', 'nodad')
    await ip('-n', name, 'address', 'add', `${routerV6}/64`, 'dev', 'in0', 'nodad')
    for (const address of far) await ip('-n', name, 'address', 'add', `${address}/128`, 'dev', 'lo')
  }
  const names = `/etc/netns/${machine.name}`
  await mkdir(names, { recursive: true })
  made.defer(() => rm(names, { recursive: true }))
  const hosts = [
    `127.0.0.1 localhost`,
    `${outside} outside.test`,
    '127.0.0.1 rebound.test',
    '192.168.77.2 inside.test',
    `${outsideV6} outside-v6.test`,
    '64:ff9b::7f00:1 rebound-v6.test',
    'fd80::1 inside-v6.test',
    // How a name server says what its network translates by (RFC 7050).
    '2001:db8:64::c000:aa ipv4only.arpa',
  ]
  await writeFile(`${names}/hosts`, `${hosts.join('\n')}\n`)
  const child = spawn('ip', ['netns', 'exec', name, process.execPath, '-e', server, v6 ? 'v6' : 'v4'], {
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

/**
 * The router out there says how long it is one (RFC 4861 4.2), in seconds; 0 is no longer. A machine that believes routers has its way
 * out over IPv6 by it, or has it no more.
 */
export async function advertise(machine: Machine, seconds: number): Promise<void> {
  const lifetime = seconds.toString(16).padStart(4, '0')
  const code = `
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
s.sendto(bytes.fromhex('860000004000${lifetime}0000000000000000'), ('ff02::1', 0, 0, socket.if_nametoindex('in0')))`
  await run('ip', ['netns', 'exec', `${machine.name}-out`, 'python3', '-c', code])
}
