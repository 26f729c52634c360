import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { proofOf } from '@kith/neighbours/talk/invitation.ts'
import { commitmentTo } from '@kith/neighbours/talk/pairing.ts'
import { parseInvitation } from '@kith/neighbours/wire/invitation.ts'
import { manifestDigest } from '@kith/neighbours/wire/manifest.ts'
import { decodeNumber, encodeKnock, encodeNumber, encodePairRequest } from '@kith/neighbours/wire/messages.ts'
import { Kith } from '../kith.ts'
import { canMakeNetworks, localNetwork } from '../namespaces.ts'
import { needs } from '../peers/process.ts'
import { Rude, rudeIdentity, rudeServer, type RudeIdentity } from '../peers/rude.ts'
import { device, pair, start, temporary, until } from './people.ts'

const hex = 'ab'.repeat(32)
/** Every question of the protocol, and some that there are not. */
const questions: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/shelf'],
  ['GET', `/manifest/${hex}`],
  ['GET', `/have/${hex}`],
  ['POST', `/data/${hex}`],
  ['POST', `/data/${hex}?beside`],
  ['POST', `/have/${hex}`],
  ['GET', '/files?'],
  ['GET', '/content?Music'],
  ['POST', '/find'],
  ['POST', '/gift'],
  ['POST', '/talk'],
  ['GET', '/games'],
  ['POST', '/games/x/tcp/1'],
  ['POST', '/games/x/datagrams'],
  ['GET', '/internet'],
  ['POST', '/internet/ask'],
  ['POST', '/internet/tcp/127.0.0.1:80'],
  ['POST', '/internet/datagrams'],
  ['POST', '/internet/whole'],
  ['GET', '/segments'],
  ['POST', '/segments/x/frames'],
  ['GET', '/printers'],
  ['POST', '/printers/changed'],
  ['POST', '/printers/x/ipp'],
  ['GET', '/printers/x/web/1'],
  ['POST', '/relay/wait'],
  ['POST', `/relay/to/${hex}`],
  ['POST', `/relay/take/${hex}`],
  ['GET', '/'],
  ['GET', '/api/v1/status'],
  ['GET', '/../../etc/passwd'],
]

/** Where names lead elsewhere, or seem to. */
const ways = [
  '..',
  '../..',
  '../../../../etc/passwd',
  '.',
  './Music',
  '',
  '/etc/passwd',
  '%2e%2e',
  '%2e%2e%2f%2e%2e',
  'Music/..',
]
const moreWays = [
  'Music/../Secret',
  'Music/../Secret/diary.txt',
  'Music%2f..%2fSecret',
  'Music/link',
  'Music/link/diary.txt',
]
const oddWays = [
  'Music\\..\\Secret',
  'Music/song.txt/../../Secret',
  'Music/%00',
  'Music/song.txt%00.jpg',
  '%ff',
  '%',
  'C:\\',
]

/** Pairs somebody who is not Kith with a device, whose person agrees. */
async function befriend(kith: Kith, identity: RudeIdentity): Promise<void> {
  await using rude = await Rude.connect(await kith.port(), identity)
  const number = randomBytes(32)
  const request = encodePairRequest({ name: 'rude', port: 1, commitment: commitmentTo(number) })
  assert.equal((await rude.ask('POST', '/pair', request)).status, 200)
  assert.equal((await rude.ask('POST', '/pair/number', encodeNumber(number))).status, 204)
  // Our yes counts, though it cannot be told to who does not listen.
  await kith.client.call('acceptDevice', { params: { id: identity.id }, body: {} }).catch(() => {})
  assert.equal((await rude.ask('POST', '/pair/yes')).status, 204)
  await device(kith, 'rude', ({ standing }) => standing === 'paired')
}

test('a stranger sees a name, and nothing more', { timeout: 300_000 }, async (t) => {
  if (!needs(t, 'openssl')) return
  await using folder = await temporary()
  await using ann = await Kith.start(join(folder.path, 'ann'), ['general.device_name=ann'])
  const identity = await rudeIdentity(join(folder.path, 'rude'))
  for (const shown of [undefined, identity]) {
    await using rude = await Rude.connect(await ann.port(), shown)
    const { status, body } = await rude.ask('GET', '/device')
    assert.equal(status, 200)
    assert.match(body.toString('latin1'), /^d4:name3:ann4:porti\d+ee$/)
    for (const [method, path] of questions)
      assert.equal((await rude.ask(method, path)).status, 403, `${method} ${path}`)
  }
  // Without a certificate there is no pairing either.
  await using nobody = await Rude.connect(await ann.port())
  for (const path of ['/pair', '/pair/number', '/pair/yes', '/invited']) {
    assert.equal((await nobody.ask('POST', path)).status, 403, path)
  }
  assert.equal((await ann.client.call('devices')).length, 0)
})

test('what was said while pairing is of no use to who says it again', { timeout: 300_000 }, async (t) => {
  if (!needs(t, 'openssl')) return
  await using folder = await temporary()
  await using ann = await Kith.start(join(folder.path, 'ann'), ['general.device_name=ann'])
  const port = await ann.port()
  const guest = await rudeIdentity(join(folder.path, 'guest'))
  const thief = await rudeIdentity(join(folder.path, 'thief'))
  const number = randomBytes(32)
  const request = encodePairRequest({ name: 'guest', port: 1, commitment: commitmentTo(number) })
  const digits = async (): Promise<string> => (await device(ann, 'guest', (one) => one.digits !== undefined)).digits!

  await t.test('it gives other numbers, other digits, and no yes', async () => {
    await using honest = await Rude.connect(port, guest)
    const first = decodeNumber((await honest.ask('POST', '/pair', request)).body)
    assert.equal((await honest.ask('POST', '/pair/number', encodeNumber(number))).status, 204)
    const shown = await digits()
    // A second number for the same digits is not taken, and neither is one that was not committed to.
    assert.equal((await honest.ask('POST', '/pair/number', encodeNumber(number))).status, 409)
    assert.equal((await honest.ask('POST', '/pair/yes')).status, 204)
    await ann.client.call('forgetDevice', { params: { id: guest.id } }).catch(() => {})

    const again = decodeNumber((await honest.ask('POST', '/pair', request)).body)
    assert.notDeepEqual(again, first)
    assert.equal((await honest.ask('POST', '/pair/yes')).status, 409)
    assert.equal((await honest.ask('POST', '/pair/number', encodeNumber(number))).status, 204)
    assert.notEqual(await digits(), shown)
    // The yes of before does not count for these digits, and ours is asked for anew.
    assert.notEqual((await ann.client.call('devices'))[0]?.standing, 'paired')
    await ann.client.call('forgetDevice', { params: { id: guest.id } }).catch(() => {})
    await honest.ask('POST', '/pair', request)
    assert.equal((await honest.ask('POST', '/pair/number', encodeNumber(randomBytes(32)))).status, 400)
  })

  await t.test('it is of no use to somebody else', async () => {
    await using other = await Rude.connect(port, thief)
    assert.equal((await other.ask('POST', '/pair/number', encodeNumber(number))).status, 409)
    assert.equal((await other.ask('POST', '/pair/yes')).status, 409)
    assert.equal((await other.ask('GET', '/shelf')).status, 403)
  })

  await t.test('the proof of a guest opens nothing for another', async () => {
    const { link } = await ann.client.call('invite', { body: {} })
    const invitation = parseInvitation(link)
    const proof = proofOf(invitation.secret, Buffer.from(invitation.device, 'hex'), Buffer.from(guest.id, 'hex'))
    const knock = encodeKnock({ name: 'guest', port: 1, proof })
    await using other = await Rude.connect(port, thief)
    assert.equal((await other.ask('POST', '/invited', knock)).status, 403)
    await using honest = await Rude.connect(port, guest)
    assert.equal((await honest.ask('POST', '/invited', knock)).status, 200)
    assert.equal((await other.ask('POST', '/invited', knock)).status, 403)
    assert.equal((await honest.ask('GET', '/shelf')).status, 200)
    assert.equal((await other.ask('GET', '/shelf')).status, 403)
  })

  await t.test('only so many pair at once', async () => {
    const statuses: number[] = []
    for (let count = 0; count < 9; count++) {
      await using one = await Rude.connect(port, await rudeIdentity(join(folder.path, `crowd ${count}`)))
      statuses.push((await one.ask('POST', '/pair', request)).status)
    }
    assert.deepEqual(statuses.slice(8), [429])
    assert.equal(statuses.filter((status) => status === 200).length, 8)
  })
})

test('who is paired gets what is shared, and finds no way beyond', { timeout: 300_000 }, async (t) => {
  if (!needs(t, 'openssl')) return
  await using folder = await temporary()
  await using ann = await Kith.start(join(folder.path, 'ann'), ['general.device_name=ann'])
  const identity = await rudeIdentity(join(folder.path, 'rude'))
  await befriend(ann, identity)
  await using rude = await Rude.connect(await ann.port(), identity)

  await t.test('nothing is offered by itself', async () => {
    for (const path of ['/shelf', '/files?', '/games', '/segments', '/printers']) {
      const { status, body } = await rude.ask('GET', path)
      const said = body.toString('latin1')
      assert.ok(
        status === 404 || (status === 200 && /^d?(?:\d+:[a-z]+le)*e?$/.test(said)),
        `${path}: ${status} ${said}`,
      )
    }
    const denied = questions.filter(([, path]) =>
      /^\/(?:internet|games|relay|segments|printers)\/(?!changed|ask)/.test(path),
    )
    for (const [method, path] of [...denied, ['GET', '/internet'] as const]) {
      const { status } = await rude.ask(method, path)
      assert.ok(status === 403 || status === 404 || status === 405, `${method} ${path}: ${status}`)
    }
  })

  const music = join(folder.path, 'Music')
  const secret = join(folder.path, 'Secret')
  await mkdir(music)
  await mkdir(secret)
  const song = 'la la la '.repeat(20_000)
  const diary = 'nobody may read this '.repeat(20_000)
  await writeFile(join(music, 'song.txt'), song)
  await writeFile(join(music, 'other.txt'), `another ${song}`)
  for (const name of ['song.txt', 'other.txt']) await writeFile(join(secret, name), diary.slice(0, song.length + 8))
  await writeFile(join(secret, 'diary.txt'), diary)
  await symlink(secret, join(music, 'link'))
  await symlink(join(secret, 'diary.txt'), join(music, 'diary.txt'))
  const long = new Date(Date.now() - 60_000)
  for (const place of [music, secret]) {
    for (const name of ['song.txt', 'other.txt']) await utimes(join(place, name), long, long)
  }
  await ann.client.call('shareFolder', { body: { path: music, audience: 'friends' } })
  await until(async () => {
    const [first] = await ann.client.call('sharedFolders')
    return first?.known.files === 2 ? true : undefined
  }, 'the files are read')

  await t.test('names that lead elsewhere lead nowhere', async () => {
    assert.match((await rude.ask('GET', '/files?Music')).body.toString('latin1'), /song\.txt/)
    assert.doesNotMatch((await rude.ask('GET', '/files?Music')).body.toString('latin1'), /link|diary/)
    for (const what of ['files', 'content']) {
      for (const way of [...ways, ...moreWays, ...oddWays]) {
        const { status, body } = await rude.ask('GET', `/${what}?${way}`)
        const said = body.toString('latin1')
        assert.doesNotMatch(said, /diary|nobody|root:|Secret/, `${what}?${way}`)
        // The top lists what is shared, and nothing else.
        if (status === 200) assert.ok(what === 'files' && /Music|song/.test(said), `${what}?${way}: ${said}`)
      }
    }
    for (const way of [...ways, ...moreWays]) {
      for (const room of ['manifest', 'have', 'data', 'printers', 'segments', 'games', 'relay/to', 'internet/tcp']) {
        for (const method of ['GET', 'POST']) {
          const { status, body } = await rude.ask(method, `/${room}/${way}`)
          assert.ok(status >= 400 || body.length <= 64, `${method} /${room}/${way}: ${status}`)
          assert.doesNotMatch(body.toString('latin1'), /nobody|root:/)
        }
      }
    }
  })

  await t.test('a link that is put in the way later leads nowhere', async () => {
    const contentOf = async (name: string): Promise<string> => {
      const manifest = (await rude.ask('GET', `/content?Music/${name}`)).body
      return manifestDigest(manifest).slice('kith:'.length)
    }
    const [read, unread] = [await contentOf('song.txt'), await contentOf('other.txt')]
    const [first, second] = [`0-${song.length}`, `0-${song.length + 8}`]
    assert.equal((await rude.data(read, first)).toString(), song)
    await rename(music, join(folder.path, 'Old'))
    await symlink(secret, music)
    // What was open already is what it was; the other is not found where it was hashed.
    assert.ok(song.startsWith((await rude.data(read, first)).toString()))
    assert.equal((await rude.data(unread, second)).length, 0)
  })
  assert.ok((await ann.client.call('status')).port > 0)
})

test('nothing is said to who has not the certificate of a paired device', { timeout: 300_000 }, async (t) => {
  if (!needs(t, 'openssl')) return
  await using folder = await temporary()
  await using ann = await Kith.start(join(folder.path, 'ann'), ['general.device_name=ann'])
  await using bob = await Kith.start(join(folder.path, 'bob'), ['general.device_name=bob'])
  const { link } = await bob.client.call('invite', { body: {} })
  await ann.client.call('openInvitation', { body: { link } })
  await device(bob, 'ann', ({ standing }) => standing === 'paired')
  const port = await bob.port()
  await bob.stop()
  await using server = await rudeServer(port, await rudeIdentity(join(folder.path, 'rude')))
  const refused = (error: unknown): boolean => {
    assert.equal((error as { readonly problem?: { readonly code: string } }).problem?.code, 'net/certificate')
    return true
  }
  await assert.rejects(ann.client.call('shelf', { params: { id: 'bob' } }), refused)
  await assert.rejects(ann.client.call('deviceTree', { params: { id: 'bob' }, query: {} }), refused)
  assert.ok(server.greeted() > 0, 'it was called')
  assert.deepEqual(server.asked, [])
})

/** Services without end, then messages that cost much to read, then noise, at both groups; as fast as it can for a while. */
const flood = `
import json, os, random, socket, struct, sys, time
def name(*labels): return b''.join(bytes([len(l)]) + l for l in labels) + b'\\0'
kith = name(b'_kith', b'_tcp', b'local')
def record(n, kind, ttl, data): return n + struct.pack('>HHIH', kind, 1, ttl, len(data)) + data
def service(i):
    own = name(b'x%d' % i, b'_kith', b'_tcp', b'local')
    txt = b''.join(bytes([len(t)]) + t for t in (b'id=' + os.urandom(32).hex().encode(), b'name=x%d' % i, b'v=1'))
    all = [record(kith, 12, 4500000, own), record(own, 33, 4500000, struct.pack('>HHH', 0, 0, 9) + name(b'h%d' % i, b'local')), record(own, 16, 4500000, txt)]
    return struct.pack('>6H', 0, 0x8400, 0, len(all), 0, 0) + b''.join(all)
def heavy():
    p = struct.pack('>6H', 0, 0x8400, 0, 1, 0, 0) + record(kith, 12, 9, b'\\1a\\xc0\\x0c')
    n = 4000
    p = struct.pack('>6H', 0, 0x8400, 0, n, 0, 0) + p[12:] + b''.join(record(b'\\xc0\\x0c', 12, 9, b'\\1b\\xc0\\x0c') for _ in range(n - 1))
    return p[:60000]
def questions():
    n = 500
    return struct.pack('>6H', 0, 0, n, 0, 0, 0) + kith + struct.pack('>HH', 12, 1) + b''.join(b'\\xc0\\x0c' + struct.pack('>HH', 12, 1) for _ in range(n - 1))
def phone(i): return json.dumps({'alias': 'x%d' % i, 'version': '2.1', 'fingerprint': os.urandom(32).hex(), 'port': 9, 'protocol': 'https', 'announce': True}).encode()
ears = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
ears.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
ears.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
ears.bind(('', 5353))
ears.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton('224.0.0.251') + socket.inet_aton(sys.argv[1]))
ears.setblocking(False)
answers = 0
def hear():
    global answers
    try:
        while True:
            data, at = ears.recvfrom(9000)
            if at[0] == sys.argv[3] and data[2] & 0x80: answers += 1
    except BlockingIOError: pass
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(sys.argv[1]))
end = time.time() + float(sys.argv[2])
i = 0
print('flooding', flush=True)
while time.time() < end:
    for _ in range(50):
        s.sendto(service(i), ('224.0.0.251', 5353)); s.sendto(phone(i), ('224.0.0.167', 53317)); i += 1
    for bytes_ in (heavy(), questions(), os.urandom(random.randrange(2000)), service(i)[:random.randrange(200)]):
        s.sendto(bytes_, ('224.0.0.251', 5353)); s.sendto(bytes_[:1400], ('224.0.0.167', 53317))
    hear()
    time.sleep(0.005)
time.sleep(3); hear()
print(i, answers, flush=True)`

async function memoryOf(kith: Kith): Promise<number> {
  // The daemon runs in a program that enters the network: its process is the child of that, or that itself.
  const status = await readFile(`/proc/${kith.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1024
}

test('a stranger who floods discovery is heard, and stops nobody', { timeout: 600_000 }, async (t) => {
  if (!(await canMakeNetworks(t)) || !needs(t, 'python3')) return
  await using folder = await temporary()
  await using lan = await localNetwork(3)
  const [one, other, third] = lan.machines
  await using ann = await start(folder.path, 'ann', one!)
  await using bob = await start(folder.path, 'bob', other!)
  await device(ann, 'bob', ({ near }) => near)
  const before = await memoryOf(ann)
  const args = ['python3', '-c', flood, third!.address, '20', one!.address]
  const [command = '', ...within] = third!.within
  const flooding = spawn(command, [...within, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  flooding.stdout.on('data', (data: Buffer) => (said += data.toString()))
  const over = new Promise<number | null>((resolve) => flooding.once('exit', resolve))

  // In the middle of it two people pair, and one sends a file to the other.
  await until(async () => {
    const all = await ann.client.call('devices')
    return all.length > 50 ? true : undefined
  }, 'the flood arrives')
  await pair(ann, 'ann', bob, 'bob')
  const path = join(folder.path, 'file.bin')
  const bytes = randomBytes(2_000_000)
  await writeFile(path, bytes)
  await ann.client.call('send', { body: { path, to: ['bob'] } })
  const gift = await until(async () => (await bob.client.call('gifts'))[0], 'it is offered')
  const { transfer } = await bob.client.call('takeGift', { params: { id: gift.id }, body: {} })
  await bob.complete(transfer.id)
  assert.ok(bytes.equals(await readFile(join(bob.downloads, 'file.bin'))))

  assert.equal(await over, 0)
  const [, sent, answered] = /flooding\n(\d+) (\d+)/.exec(said)!
  assert.ok(Number(sent) > 1_000, said)
  // It was asked thousands of questions, in messages of 500: an answer a second, for each thing that it tells of.
  assert.ok(Number(answered) > 0 && Number(answered) < 200, said)
  const all = await ann.client.call('devices')
  // 500 strangers of ours, 200 of LocalSend, and who is paired.
  assert.ok(all.length <= 701, `${all.length} devices`)
  assert.ok(all.some(({ name, standing }) => name === 'bob' && standing === 'paired'))
  const grown = (await memoryOf(ann)) - before
  assert.ok(grown < 150 * 1024 * 1024, `${grown} bytes more`)
})
