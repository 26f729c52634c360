import { faultOf } from '@kith/core/fault/fault.ts'
import type { HttpAnswer } from '@kith/core/network/http.ts'
import { TUS_VERSION, type TusQuestion, tusHeaders } from '@kith/wire/tus.ts'
import { problemOf } from '../api/problem.ts'
import type { Incoming } from './incoming.ts'

/** A file that may be gone on with, and until when what is there is kept. */
export interface TusFile {
  readonly incoming: Incoming
  readonly expires: number
}

/** What can be done beyond saying how much is there and going on. */
export type TusExtension = 'creation' | 'expiration' | 'termination'

export function tusOptions(extensions: readonly TusExtension[]): HttpAnswer {
  return {
    status: 204,
    headers: { ...tusHeaders(), 'tus-version': TUS_VERSION, 'tus-extension': extensions.join(',') },
  }
}

/**
 * How much of a file is there, or more of it.
 * @throws FaultError as `Incoming.take` does
 */
export async function answerTus(
  asked: Extract<TusQuestion, { readonly kind: 'offset' | 'write' }>,
  { incoming, expires }: TusFile,
  body: AsyncIterable<Uint8Array>,
  length: number | undefined,
): Promise<HttpAnswer> {
  const { size } = incoming
  if (asked.kind === 'offset') {
    return { status: 200, headers: tusHeaders({ offset: await incoming.offset(), size, expires }) }
  }
  await incoming.take(asked.offset, body, length)
  return { status: 204, headers: tusHeaders({ offset: incoming.received, expires }) }
}

/** The status and headers of an answer that says no; its body is the face's own. */
export function tusRefusal(error: unknown): { readonly status: number; readonly headers: Record<string, string> } {
  const fault = faultOf(error)
  const { status } = problemOf(fault)
  return {
    status,
    headers: { ...tusHeaders(), ...(fault.code === 'tus/version' ? { 'tus-version': TUS_VERSION } : {}) },
  }
}

export function lengthIn(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined
}
