import { attempt } from '@kith/wire/fault.ts'
import { controlOf, FIREWALL_CONTROL, parseAction, parseFoundDevice } from '@kith/wire/upnp.ts'
import type { FuzzTarget } from '../target.ts'

const at = 'http://[2001:db8::1]:5555/rootDesc.xml'
const seeds = [
  `HTTP/1.1 200 OK\r\nST: ${FIREWALL_CONTROL}\r\nLOCATION: ${at}\r\n\r\n`,
  `HTTP/1.1 200 OK\r\nLOCATION: \0${at}\r\n\r\n`,
  `<root><URLBase>http://[2001:db8::1]/</URLBase><device><serviceList><service><serviceType>${FIREWALL_CONTROL}</serviceType><controlURL>/c</controlURL></service></serviceList></device></root>`,
  `<s:Envelope xmlns:s="s"><s:Body><u:AddPinholeResponse xmlns:u="u"><UniqueID>7</UniqueID></u:AddPinholeResponse></s:Body></s:Envelope>`,
  `<s:Envelope xmlns:s="s"><s:Body><s:Fault><detail><UPnPError><errorCode>606</errorCode></UPnPError></detail></s:Fault></s:Body></s:Envelope>`,
]

const target: FuzzTarget = {
  name: 'wire-upnp',
  seeds: seeds.map((text) => new TextEncoder().encode(text)),
  run(input) {
    const found = attempt(() => parseFoundDevice(input))
    if (found.ok && !found.value.location.startsWith('http:')) throw new Error('no place')
    const control = attempt(() => controlOf(input, at, FIREWALL_CONTROL))
    if (control.ok && control.value !== undefined && !control.value.startsWith('http:')) throw new Error('no place')
    attempt(() => parseAction(input, 'AddPinhole'))
  },
}
export default target
