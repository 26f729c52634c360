import assert from 'node:assert/strict'
import { readAdcCommand } from '@kith/directconnect/wire/adc-command.ts'
import { escapeAdc } from '@kith/directconnect/wire/adc-line.ts'
import { readHubList } from '@kith/directconnect/wire/hub-list.ts'
import { readCommand } from '@kith/directconnect/wire/nmdc-command.ts'
import { fillCommand, questionsOf } from '@kith/directconnect/wire/user-command.ts'
import { lossyText, utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import type { FuzzTarget } from '../target.ts'

const hub = '<Hub Name="a" Address="adc://h:1" Description="d" Users="1" Shared="2" Country="X"/>'

const targets: readonly FuzzTarget[] = [
  {
    name: 'directconnect-hub-list',
    seeds: [
      `<?xml version="1.0" encoding="utf-8"?><Hublist><Hubs>${hub}${hub}</Hubs></Hublist>`,
      'Name|hub.example:411|What|12|\n',
    ].map(utf8),
    run(input) {
      const read = attempt(() => readHubList(input))
      if (read.ok) for (const { address } of read.value) assert.match(address, /^(?:adcs?|dchub|nmdcs):\/\//)
    },
  },
  {
    name: 'directconnect-user-command',
    seeds: ['1 3 Ops\\Kick$$Kick %[nick] %[line:Why?]&#124;', 'Ops/Kick TTHMSG\\s!kick CT2'].map(utf8),
    run(input) {
      const text = lossyText(input)
      for (const command of [readCommand(text), readAdcCommand(text.split(' '))]) {
        if (command === undefined) continue
        const answers = Object.fromEntries(questionsOf(command).map((title) => [title, text]))
        fillCommand(command, { nick: text }, answers, escapeAdc)
      }
    },
  },
]

export default targets
