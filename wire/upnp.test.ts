import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { attempt } from './fault.ts'
import { askAction, controlOf, FIREWALL_CONTROL, parseAction, parseFoundDevice, searchFor } from './upnp.ts'
import { elementsOf, textOf } from './xml/element.ts'
import { readXml } from './xml/read.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const at = 'http://[2001:db8::1]:5555/rootDesc.xml'

function description(services: string, base = ''): Uint8Array {
  return utf8(`<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0">${base}<device><deviceList><device><deviceList><device>
<serviceList>${services}</serviceList></device></deviceList></device></deviceList></device></root>`)
}
function service(type: string, control: string): string {
  return `<service><serviceType>${type}</serviceType><controlURL>${control}</controlURL></service>`
}
function envelope(inside: string): Uint8Array {
  return utf8(`<?xml version="1.0"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${inside}</s:Body></s:Envelope>`)
}
const refused = (code: string): Uint8Array =>
  envelope(`<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>
<UPnPError xmlns="urn:schemas-upnp-org:control-1-0"><errorCode>${code}</errorCode></UPnPError></detail></s:Fault>`)

describe('UPnP', () => {
  it('searches as the architecture says (1.3.2)', () => {
    assert.equal(
      new TextDecoder().decode(searchFor(FIREWALL_CONTROL, 'ff02::c', 2)),
      `M-SEARCH * HTTP/1.1\r\nHOST: [ff02::c]:1900\r\nMAN: "ssdp:discover"\r\nMX: 2\r\nST: ${FIREWALL_CONTROL}\r\n\r\n`,
    )
  })

  it('reads what was found', () => {
    const answer = (text: string): Uint8Array => utf8(`HTTP/1.1 200 OK\r\n${text}\r\n\r\n`)
    assert.deepEqual(parseFoundDevice(answer(`EXT:\r\nST: ${FIREWALL_CONTROL}\r\nLocation:${at}`)), {
      location: at,
      type: FIREWALL_CONTROL,
    })
    const wrong = [
      '',
      'NOTIFY * HTTP/1.1\r\n\r\n',
      answer('ST: x'),
      answer('LOCATION: https://a/'),
      answer('LOCATION: x'),
    ]
    for (const one of wrong) {
      const read = attempt(() => parseFoundDevice(typeof one === 'string' ? utf8(one) : one))
      assert.equal(read.ok ? 'read' : read.fault.code, 'wire/upnp', String(one))
    }
  })

  it('finds where a service is asked', () => {
    const other = service('urn:schemas-upnp-org:service:WANIPConnection:2', '/other')
    const both = description(other + service(FIREWALL_CONTROL, '/ctl/IP6FCtl'))
    assert.equal(controlOf(both, at, FIREWALL_CONTROL), 'http://[2001:db8::1]:5555/ctl/IP6FCtl')
    const based = description(service(FIREWALL_CONTROL, 'six'), '<URLBase>http://[2001:db8::9]:80/a/b</URLBase>')
    assert.equal(controlOf(based, at, FIREWALL_CONTROL), 'http://[2001:db8::9]/a/six')
    assert.equal(controlOf(description(other), at, FIREWALL_CONTROL), undefined)
    for (const control of ['', 'file:///etc/passwd']) {
      const read = attempt(() => controlOf(description(service(FIREWALL_CONTROL, control)), at, FIREWALL_CONTROL))
      assert.equal(read.ok ? 'read' : read.fault.code, 'wire/upnp', control)
    }
  })

  it('asks what XML can carry, and reads the answer', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '<', '&', '"', '>', 'ü', ' ') }), (value) => {
        const { action, body } = askAction(FIREWALL_CONTROL, 'AddPinhole', [['InternalClient', value]])
        assert.equal(action, `"${FIREWALL_CONTROL}#AddPinhole"`)
        const [inside] = elementsOf(elementsOf(readXml(body))[0]!)
        assert.deepEqual([inside!.namespace, inside!.name], [FIREWALL_CONTROL, 'AddPinhole'])
        assert.equal(textOf(elementsOf(inside!)[0]!), value)
      }),
    )
    const done = envelope(
      `<u:AddPinholeResponse xmlns:u="${FIREWALL_CONTROL}"><UniqueID>7</UniqueID></u:AddPinholeResponse>`,
    )
    assert.deepEqual(parseAction(done, 'AddPinhole'), { kind: 'done', values: new Map([['UniqueID', '7']]) })
    assert.deepEqual(parseAction(refused('606'), 'AddPinhole'), {
      kind: 'refused',
      code: 606,
      reason: 'it does not allow that',
    })
    const unknown = parseAction(refused('799'), 'AddPinhole')
    assert.ok(unknown.kind === 'refused' && unknown.reason === 'it gives the code 799')
    const wrong = [done, refused('no'), refused('12345'), envelope('')]
    for (const one of wrong) {
      const read = attempt(() => parseAction(one, 'DeletePinhole'))
      assert.equal(read.ok ? 'read' : read.fault.code, 'wire/upnp')
    }
  })

  it('survives anything', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '/',
      'service',
      'UPnPError',
      ' ',
      '"',
      '=',
      '&',
      ':',
      'HTTP/1.1 200',
      '\r\n',
    )
    const input = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: pieces, maxLength: 60 }).map((text) => utf8(text)),
      fc.string({ unit: pieces, maxLength: 60 }).map((text) => envelope(text)),
    )
    fc.assert(
      fc.property(input, (bytes) => {
        const all = [
          attempt(() => parseFoundDevice(bytes)),
          attempt(() => controlOf(bytes, at, FIREWALL_CONTROL)),
          attempt(() => parseAction(bytes, 'AddPinhole')),
        ]
        for (const read of all) assert.ok(read.ok || /^(?:wire\/upnp|xml\/)/.test(read.fault.code))
      }),
    )
  })
})
