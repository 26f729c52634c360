import { FaultError } from '@kith/core/fault/fault.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import { equal } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { leafBytes, tigerSize } from '@kith/wire/hash/tiger.ts'
import type { TigerKernel } from '@kith/wire/hash/tiger.ts'
import { tigerRoot } from '@kith/wire/hash/tiger-tree.ts'
import { describeFile } from '../wire/description.ts'
import type { Hint } from '../wire/hint.ts'
import { decodeHint, encodeHint } from '../wire/hint.ts'
import type { HubPlace } from '../wire/hub-place.ts'
import { readHubPlace } from '../wire/hub-place.ts'
import { tigerText } from '../wire/cid.ts'

/** A file of one block needs no leaves: its root says it all. */
const oneBlockBytes = 64 * leafBytes

/** What is known of a file beside its root, found out by whichever lane comes first. */
export class Described {
  readonly #subject: Subject
  readonly #tth: Uint8Array
  readonly #kernel: TigerKernel
  #hint: Hint

  constructor(tth: Uint8Array, subject: Subject, kernel: TigerKernel) {
    this.#tth = tth
    this.#subject = subject
    this.#kernel = kernel
    const bytes = subject.hint('directconnect')
    const kept = bytes === undefined ? undefined : attempt(() => decodeHint(bytes))
    // What cannot be read is found out anew.
    if (kept?.ok === false) subject.trouble('directconnect', kept.fault)
    const { size, name } = subject.content
    const said = { ...(size === undefined ? {} : { size }), ...(name === undefined ? {} : { name }) }
    this.#hint = { ...said, ...(kept?.ok === true ? kept.value : {}) }
    if (this.#hint.leaves !== undefined) this.#describe(this.#hint.leaves)
    else this.#small()
  }

  /** Keys of users who are said to have it. */
  get users(): readonly string[] {
    return this.#hint.users ?? []
  }

  /** Hubs that the link names, and who has it there. */
  get places(): readonly HubPlace[] {
    return (this.#hint.places ?? []).map(readHubPlace).filter((place) => place !== undefined)
  }

  /** Undefined until somebody says. */
  get size(): number | undefined {
    return this.#hint.size
  }

  /** Empty until somebody says. */
  get name(): string {
    return this.#hint.name ?? ''
  }

  /** Whether blocks can be asked for. */
  get ready(): boolean {
    return this.#subject.layout.current !== undefined
  }

  /** Whether the leaves would be of use. */
  get wantsLeaves(): boolean {
    const { size, leaves } = this.#hint
    return leaves === undefined && size !== undefined && size > oneBlockBytes
  }

  /** Somebody says how large the file is, and what it is called. */
  heard(size: number, name: string): void {
    if (this.#hint.size !== undefined) return
    this.#hint = { name, ...this.#hint, size }
    this.#small()
  }

  /** One level of the tree, of a stranger. False when it does not lead to the root. */
  leaves(leaves: Uint8Array): boolean {
    if (leaves.length === 0 || leaves.length % tigerSize !== 0) return false
    if (!equal(tigerRoot(this.#kernel, leaves), this.#tth)) return false
    return this.#describe(leaves)
  }

  /** Nobody has leaves: then the file is checked as a whole. */
  withoutLeaves(): void {
    if (!this.ready) this.#describe(this.#tth)
  }

  #small(): void {
    const { size } = this.#hint
    if (size !== undefined && size <= oneBlockBytes) this.#describe(this.#tth)
  }

  #describe(level: Uint8Array): boolean {
    const { size, name } = this.#hint
    if (size === undefined) return false
    const description = describeFile(name ?? tigerText(this.#tth), size, level)
    if (description === undefined) return false
    try {
      this.#subject.describe(description)
    } catch (error) {
      if (!(error instanceof FaultError)) throw error
      this.#subject.trouble('directconnect', error.fault)
      return false
    }
    this.#hint = { ...this.#hint, leaves: level }
    this.#subject.keep('directconnect', encodeHint(this.#hint))
    return true
  }
}
