import { updateFields, userOf } from '../wire/adc-info.ts'
import type { HubUser } from '../wire/hub-user.ts'
import { Held } from './held.ts'
import { mostUsers } from './hub-limits.ts'

/** Who is on an ADC hub, by their session: each `INF` says only what is new. */
export class AdcUserList {
  readonly #users = new Map<string, HubUser>()
  readonly #fields = new Map<string, Map<string, string>>()
  readonly #byCid = new Map<string, string>()
  readonly #held = new Held()

  get users(): ReadonlyMap<string, HubUser> {
    return this.#users
  }

  /** The session of who has this identity. */
  session(cid: string): string | undefined {
    return this.#byCid.get(cid)
  }

  /** Undefined when there are too many. @throws FaultError `peer` `directconnect/too-much` */
  update(session: string, words: readonly string[]): { readonly user: HubUser; readonly joined: boolean } | undefined {
    let fields = this.#fields.get(session)
    const joined = fields === undefined
    if (fields === undefined) {
      if (this.#fields.size >= mostUsers) return undefined
      this.#fields.set(session, (fields = new Map()))
    }
    updateFields(fields, words)
    this.#held.set(session, fields.values())
    const user = userOf(session, fields)
    const { cid } = this.#users.get(session) ?? {}
    if (cid !== user.cid) this.#forget(cid, session)
    this.#users.set(session, user)
    if (user.cid !== undefined) this.#byCid.set(user.cid, session)
    return { user, joined }
  }

  /** Who it was. */
  remove(session: string): HubUser | undefined {
    const user = this.#users.get(session)
    this.#users.delete(session)
    this.#fields.delete(session)
    this.#held.delete(session)
    this.#forget(user?.cid, session)
    return user
  }

  /** An identity that somebody else has said since is theirs. */
  #forget(cid: string | undefined, session: string): void {
    if (cid !== undefined && this.#byCid.get(cid) === session) this.#byCid.delete(cid)
  }
}
