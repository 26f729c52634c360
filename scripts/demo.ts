// `npm run demo`: without internet, in one terminal, a tracker and three daemons on loopback give the same generated
// content; a fourth fetches it from all three at once, shows how, verifies it, and leaves its page open.
import { createHash, randomBytes } from 'node:crypto'
import { cp, mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bar, percentText, rateText, sizeText } from '@kith/cli/format.ts'
import { Kith, sleep } from '@kith/interop/kith.ts'

const size = 256 * 1024 * 1024
/** Slow enough to be seen: each of the three gives at this rate, in KiB per second. */
const upRate = 8 * 1024

const folder = await mkdtemp(join(tmpdir(), 'kith-demo-'))
const daemons: Kith[] = []
const start = async (name: string, settings: readonly string[] = []): Promise<Kith> => {
  const kith = await Kith.start(join(folder, name), [
    `general.device_name=${name}`,
    'speed.limit_local=true',
    ...settings,
  ])
  daemons.push(kith)
  return kith
}
const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function cleanUp(): Promise<void> {
  await Promise.all(daemons.map((kith) => kith.stop()))
  await rm(folder, { recursive: true, force: true })
}

let asked = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (asked) process.exit(130)
    asked = true
    say('\nPutting everything away…')
    void cleanUp().then(() => process.exit(0))
  })
}

say(`Making ${sizeText(size)} of content in ${folder}`)
const content = join(folder, 'A film that nobody made.mkv')
const hash = createHash('sha256')
const file = await open(content, 'w')
for (let at = 0; at < size; at += 4 * 1024 * 1024) {
  const part = randomBytes(4 * 1024 * 1024)
  hash.update(part)
  await file.write(part)
}
await file.close()
const expected = hash.digest('hex')

say('Starting a tracker and three daemons that give it')
const first = await start('Ada', [`speed.up=${upRate}`])
const network = await first.client.call('switchDirectory', { params: { id: 'bittorrent' }, body: { on: true } })
const tracker = network.directory!.addresses[0]!
const { torrent } = await first.publish(content, [tracker])
for (const name of ['Ben', 'Cleo']) {
  const kith = await start(name, [`speed.up=${upRate}`])
  await mkdir(kith.downloads, { recursive: true })
  await cp(content, join(kith.downloads, 'A film that nobody made.mkv'))
  const { id } = await kith.add(torrent)
  await kith.complete(id)
}

say('A fourth fetches it from all three\n')
const fourth = await start('Dora')
const { id } = await fourth.add(torrent)
for (let drawn = 0; !asked; await sleep(200)) {
  const one = await fourth.transfer(id)
  const sources = await fourth.client.call('sources', { params: { id } })
  const lines = [
    `${bar(one.progress, 40)} ${percentText(one.progress)}  ${sizeText(one.had)} of ${sizeText(one.size)}  ↓ ${rateText(one.downRate)}`,
    ...sources.map(
      (source) =>
        `  ${source.name.padEnd(22)} ${(source.client ?? '').padEnd(12)} ${rateText(source.downRate).padStart(11)}  ${sizeText(source.received)}`,
    ),
  ]
  if (process.stdout.isTTY === true && drawn > 0) process.stdout.write(`\x1b[${drawn}A\x1b[J`)
  if (process.stdout.isTTY === true || one.state === 'giving') {
    say(lines.join('\n'))
    drawn = lines.length
  }
  if (one.state === 'giving') break
}

const received = createHash('sha256')
  .update(await readFile(join(fourth.downloads, 'A film that nobody made.mkv')))
  .digest('hex')
say(received === expected ? '\nVerified: every byte is right.' : '\nSomething is wrong: the bytes differ.')
const { url } = await fourth.client.call('link')
say(`Its page is open at ${url}\nCtrl+C ends everything.`)
await new Promise(() => {})
