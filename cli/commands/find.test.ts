import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from '@kith/api/client.ts'
import { ProblemError } from '@kith/api/client.ts'
import { UsageError } from '../exit.ts'
import { getRow } from './find.ts'

/** A daemon whose newest search found a folder in every row. */
function foldersOnly(): { readonly kith: Client; readonly asked: unknown[] } {
  const asked: unknown[] = []
  const call = async (name: string, { body }: { body?: unknown }): Promise<unknown> => {
    asked.push([name, body])
    if (name === 'getFoundFolder') return { added: 1, duplicates: 0, skipped: 0, transfers: ['t1'] }
    if (name === 'transfer') return { id: 't1' }
    throw new ProblemError({
      type: 'about:blank',
      title: 'input',
      status: 400,
      detail: 'It is a folder',
      kind: 'input',
      code: 'find/folder',
    })
  }
  return { kith: { call } as unknown as Client, asked }
}

test('a folder that was found begins as it was asked for, each of its files', async () => {
  const { kith, asked } = foldersOnly()
  const begin = { directory: '/there', paused: true, label: 'mine', sequential: true }
  assert.deepEqual(
    (await getRow(kith, '3', begin)).map(({ transfer }) => transfer.id),
    ['t1'],
  )
  assert.deepEqual(asked.slice(0, 2), [
    ['getFound', begin],
    ['getFoundFolder', begin],
  ])
})

test('files of a folder are not chosen by number, and who tries is told how instead', async () => {
  const { kith, asked } = foldersOnly()
  await assert.rejects(
    getRow(kith, '3', { select: [0] }),
    (error) => error instanceof UsageError && /kith browse --get/.test(error.message),
  )
  assert.deepEqual(asked, [['getFound', { select: [0] }]])
})
