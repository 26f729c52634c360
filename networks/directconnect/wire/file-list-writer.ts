import { tigerText } from './cid.ts'

/** A folder to be listed. */
export interface ListFolder {
  /** Each is made when its turn comes, and its content after that. */
  readonly folders: Iterable<readonly [name: string, folder: ListFolder]>
  readonly files: Iterable<{ readonly name: string; readonly size: number; readonly tth: Uint8Array }>
}

export interface ListOptions {
  /** Ours, in base32. */
  readonly cid: string
  /** `/` for all, `/folder/` for a part. */
  readonly base: string
  readonly generator: string
  /** Only one level, with folders marked as incomplete. */
  readonly shallow: boolean
}

/** Text that is given at once, in characters. */
const partLength = 64 * 1024

/** The XML of a file list, in parts. */
export function* fileListText(folder: ListFolder, { cid, base, generator, shallow }: ListOptions): Generator<string> {
  let text =
    '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n' +
    `<FileListing Version="1" CID="${cid}" Base="${escapeXml(base)}" Generator="${escapeXml(generator)}">\r\n`
  for (const line of lines(folder, shallow, '\t')) {
    text += line
    if (text.length < partLength) continue
    yield text
    text = ''
  }
  yield `${text}</FileListing>\r\n`
}

function* lines(folder: ListFolder, shallow: boolean, indent: string): Generator<string> {
  for (const [name, below] of folder.folders) {
    if (shallow) yield `${indent}<Directory Name="${escapeXml(name)}" Incomplete="1"/>\r\n`
    else {
      yield `${indent}<Directory Name="${escapeXml(name)}">\r\n`
      yield* lines(below, shallow, `${indent}\t`)
      yield `${indent}</Directory>\r\n`
    }
  }
  for (const { name, size, tth } of folder.files) {
    yield `${indent}<File Name="${escapeXml(name)}" Size="${size}" TTH="${tigerText(tth)}"/>\r\n`
  }
}

// oxlint-disable-next-line no-control-regex
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
const written: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(forbidden, '_')
    .replace(/[&<>"']/g, (one) => written[one]!)
}
