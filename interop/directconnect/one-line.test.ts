import assert from 'node:assert/strict'
import { test } from 'node:test'
import { put, scratch } from '../material.ts'
import { Eiskalt } from '../peers/eiskalt.ts'
import { Ncdc } from '../peers/ncdc.ts'
import { needs } from '../peers/process.ts'
import { Uhub } from '../peers/uhub.ts'
import { OnHub } from './on-hub.ts'

const folders = ['one', 'two', 'three', 'four', 'five']

test(
  'what is wanted of ncdc and EiskaltDC++ one after another comes over a connection that is kept for a moment',
  { timeout: 400_000 },
  async (t) => {
    if (!needs(t, 'uhub', 'ncdc', 'tmux', 'eiskaltdcpp-daemon')) return
    await using at = await scratch()
    for (const who of ['nc', 'eis'])
      for (const folder of folders) await put(at.at(who, folder, `${who} ${folder}.txt`), `${who} ${folder}`)
    await using uhub = await Uhub.start(at.at('uhub'))
    await using ncdc = await Ncdc.start(at.at('ncdc'), 'ncdc')
    await using eiskalt = await Eiskalt.start(at.at('eiskalt'), 'eiskalt', { MinimumSearchInterval: '5' })
    await Promise.all([ncdc.share(at.at('nc'), 'nc'), eiskalt.share(at.at('eis'), 'eis')])
    await Promise.all([ncdc.join(uhub.address), eiskalt.join(uhub.address)])
    await using on = await OnHub.start(uhub.address, [])
    for (const [nick, name] of [
      ['ncdc', 'nc'],
      ['eiskalt', 'eis'],
    ] as const) {
      const { peer } = await on.find({ words: [name, 'one'] }, (hit) => hit.peer.name === nick)
      const met = (): number =>
        on.lines.filter((line) => line.includes('a user is there') && line.includes(`"${nick}"`)).length
      const before = met()
      for (const folder of folders) {
        const files: string[] = []
        for await (const { path } of on.member.browse.browse(peer, AbortSignal.timeout(60_000), [name, folder]))
          files.push(path.at(-1)!)
        assert.deepEqual(files, [`${name} ${folder}.txt`])
      }
      // On a machine that stood still in between one more may be needed.
      assert.ok(met() > before, 'they were met')
      assert.ok(met() - before < folders.length, `${met() - before} connections for ${folders.length} lists`)
      t.diagnostic(`${nick}: ${met() - before} connections for ${folders.length} lists`)
    }
  },
)
