import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Machine } from '../namespaces.ts'
import { openttdPort } from '../peers/openttd.ts'

const run = promisify(execFile)

/** Asks everybody on the local network who has a game, as OpenTTD's list of servers does, and tells who answers. */
export async function whoPlays(machine: Machine, broadcast: string): Promise<string> {
  const code = `
    const socket = require('node:dgram').createSocket('udp4')
    socket.on('message', (answer, from) => {
      console.log(from.address + ' ' + from.port + ' ' + answer.readUInt16LE(0) + ' ' + answer.length + ' ' + answer[2])
      process.exit()
    })
    socket.bind(() => {
      socket.setBroadcast(true)
      setInterval(() => socket.send(Buffer.from([3, 0, 0]), ${openttdPort}, '${broadcast}'), 500)
    })
    setTimeout(() => process.exit(), 90000)`
  const [command, ...args] = [...machine.within, process.execPath, '-e', code]
  return (await run(command, args)).stdout.trim()
}
