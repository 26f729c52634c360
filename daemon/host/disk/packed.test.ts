import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Stamp } from '../hash/stamp.ts'
import type { ReadPart, Run, ShortWrite } from './job.ts'
import {
  packParts,
  packPlaces,
  packRuns,
  packStamps,
  packWrites,
  partsOf,
  placesOf,
  runsOf,
  writesOf,
} from './packed.ts'

const plain = { noNullPrototype: true } as const
const number = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((one) => !one.includes('\0'))
const place = { root: fc.oneof(fc.constant('/a'), fc.constant('/b/c'), text), path: text }

test('what is packed for a thread is what comes out there', () => {
  const writes = fc.array(
    fc.record(
      {
        ...place,
        at: number,
        position: number,
        length: number,
        executable: fc.boolean(),
        stretch: fc.option(number, { nil: undefined }),
      },
      plain,
    ),
  )
  fc.assert(
    fc.property(writes, (given: ShortWrite[]) => {
      assert.deepEqual([...writesOf(packWrites(given))], given)
      const places = given.map(({ root, path }) => ({ root, path }))
      assert.deepEqual([...placesOf(packPlaces(given))], places)
    }),
  )
  const stamp = fc.option(fc.stringMatching(/^[0-9a-z]+$/), { nil: undefined })
  const parts = fc.array(fc.record({ ...place, position: number, length: number, stamp }, plain))
  fc.assert(
    fc.property(parts, (drawn) => {
      const given = drawn.map(({ stamp: of, ...part }): ReadPart =>
        of === undefined ? part : { ...part, stamp: of as Stamp },
      )
      assert.deepEqual([...partsOf(packParts(given), packStamps(given))], given)
    }),
  )
  const runs = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('zeros' as const), length: number }, plain),
      fc.record({ kind: fc.constant('file' as const), ...place, position: number, length: number }, plain),
    ),
  )
  fc.assert(fc.property(runs, (given: Run[]) => assert.deepEqual(runsOf(packRuns(given)), given)))
})
