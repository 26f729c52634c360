import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeviceView } from '@kith/api/near.ts'
import type { Publication } from '@kith/api/publications.ts'
import { Kith, sleep } from '../kith.ts'
import type { Machine } from '../namespaces.ts'

export async function until<T>(ask: () => Promise<T | undefined>, what: string, ms = 90_000): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(100)) {
    const found = await ask()
    if (found !== undefined) return found
  }
  throw new Error(`it never came to that: ${what}`)
}

export async function temporary(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'kith-near-'))
  // What was killed a moment ago may still be writing.
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}

export function start(folder: string, name: string, machine: Machine, settings: readonly string[] = []): Promise<Kith> {
  return Kith.start(join(folder, name), [`general.device_name=${name}`, ...settings], machine.within)
}

/** How one daemon sees the device of that name. */
export async function device(kith: Kith, name: string, matches: (one: DeviceView) => boolean): Promise<DeviceView> {
  const look = async (): Promise<DeviceView | undefined> =>
    (await kith.client.call('devices')).find((one) => one.name === name && matches(one))
  return until(look, `a device ${name}`).catch(async (error: unknown) => {
    throw new Error(`${JSON.stringify(await kith.client.call('devices'))}\n${await kith.log()}`, { cause: error })
  })
}

/** Pairs as two people do: one asks, both compare, both say yes. */
export async function pair(asks: Kith, one: string, asked: Kith, other: string): Promise<void> {
  // Where strangers are many, one that was just seen may be forgotten before it is asked, until it is seen again.
  const id = await until(async () => {
    const { id: seen } = await device(asks, other, () => true)
    return asks.client.call('pair', { params: { id: seen } }).then(
      () => seen,
      (error: unknown) => {
        if (!/There is no device/.test(String(error))) throw error
        return undefined
      },
    )
  }, `${other} is asked`)
  const here = await device(asks, other, ({ digits }) => digits !== undefined)
  const there = await device(asked, one, ({ digits }) => digits !== undefined)
  assert.match(here.digits!, /^\d{6}$/)
  assert.equal(there.digits, here.digits)
  assert.equal(here.standing, 'pairing')
  await asks.client.call('acceptDevice', { params: { id }, body: {} })
  assert.equal((await device(asks, other, ({ yes }) => yes === 'here')).standing, 'pairing')
  await device(asked, one, ({ yes }) => yes === 'there')
  await asked.client.call('acceptDevice', { params: { id: there.id }, body: {} })
  await device(asks, other, ({ standing }) => standing === 'paired')
  await device(asked, one, ({ standing }) => standing === 'paired')
}

export async function ready(kith: Kith, begun: Publication): Promise<Publication> {
  return until(async () => {
    const made = await kith.client.call('publication', { params: { id: begun.id } })
    if (made.state === 'failed') throw new Error(JSON.stringify(made.fault))
    return made.state === 'ready' ? made : undefined
  }, 'the files are offered')
}
