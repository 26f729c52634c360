import { settings as schema } from '@kith/directconnect/settings.ts'
import { type HubHost, OpenHub } from '@kith/directconnect/directory/open-hub.ts'
import type { Connection, Receiver } from '@kith/core/network/net.ts'
import { defaults } from '@kith/core/network/schema.ts'
import { base32, utf8 } from '@kith/wire/bytes.ts'
import { TigerKernel } from '@kith/wire/hash/tiger.ts'
import type { FuzzTarget } from '../target.ts'

const kernel = new TigerKernel()
const secret = new Uint8Array(24)
const intro = `ID${base32(kernel.digest(secret))} PD${base32(secret)} NIada SS1 SUTCP4`
const pieceBytes = 7

/** A hub where time stands, and where whoever comes may be anybody. */
function hub(): OpenHub {
  const host: HubHost = {
    clock: { now: () => 0, after: () => ({ [Symbol.dispose]: () => {} }) },
    keep: { get: () => undefined, set: () => {} },
    record: () => {},
    random: { number: () => 0, bytes: (length) => new Uint8Array(length) },
    self: { program: 'Kith', version: '1', device: '' },
  }
  const open = new OpenHub(host, { ...defaults(schema) }, kernel, '10.0.0.1:1511')
  open.accounts.set({ nick: 'boss', password: 'x', rank: 'keeper' })
  return open
}

function user(open: OpenHub, head: string, lines: string): (bytes: Uint8Array) => void {
  let receiver: Receiver | undefined
  const connection: Connection = {
    remote: { host: '10.0.0.2', port: 1 },
    local: { host: '10.0.0.1', port: 1511 },
    incoming: true,
    pending: 0,
    open: (given) => (receiver = given),
    send: () => {},
    finish: () => {},
    close: () => {},
    pause: () => {},
    resume: () => {},
    charge: () => {},
  }
  open.accept(connection, utf8(head))
  receiver?.receive(utf8(lines))
  return (bytes) => receiver?.receive(bytes)
}

const targets: readonly FuzzTarget[] = [
  {
    name: 'directconnect-hub',
    seeds: [
      'BMSG AAAB hello ME1\nEMSG AAAB AAAC psst PMAAAB\nBSCH AAAB ANfoo TOx\nDRES AAAB AAAC FN/a SI1 SL1\nDCTM AAAB AAAC ADC/1.0 5 t\nBINF AAAB SS5 AW\n',
      'FSCH AAAB +TCP4-NAT0 ANfoo\nFXXX AAAB +TCP4 x\nHCMD x\nBMSG AAAB !help\n',
      '<boss> !reg a b operator|<boss> !ban ada 5m x|<boss> !bans|$To: ada From: boss $<boss> psst|',
      '$Search 1.2.3.4:5 F?T?0?1?a$b|$SR boss a\\b\x055 1/2\x05TTH:LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ (1.2.3.4:5)\x05ada|$ConnectToMe ada 1.2.3.4:5S|',
      '$MyINFO $ALL boss d<E V:2,M:P,H:1/0/0,S:3>$ $20\x13$m$5$|$RevConnectToMe boss ada|$BotINFO x|',
    ].map(utf8),
    run(input) {
      using open = hub()
      const users = [
        user(open, 'HSUP ', `HSUP ADBASE\nBINF AAAB ${intro}\n`),
        user(
          open,
          '',
          '$Supports NoHello BotINFO|$ValidateNick boss|$MyPass x|$MyINFO $ALL boss d<E V:2,M:A,H:1/0/0,S:3>$ $20\x11$m$5$|',
        ),
        user(open, 'HSUP ', ''),
        user(open, '', ''),
      ]
      for (const told of users)
        for (let at = 0; at < input.length; at += pieceBytes) told(input.subarray(at, at + pieceBytes))
      for (const guest of open.people.online)
        if (guest.nick === '' || open.people.called(guest.nick) !== guest) throw new Error('somebody is lost')
    },
  },
]

export default targets
