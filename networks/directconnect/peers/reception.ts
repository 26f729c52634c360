import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import { every, pick, sleep } from '@kith/core/network/clock.ts'
import type { Connection, ConnectOptions, Endpoint } from '@kith/core/network/net.ts'
import { endpointText } from '@kith/core/network/net.ts'
import type { Trust } from '@kith/core/network/tls.ts'
import { base32, equal } from '@kith/wire/bytes.ts'
import type { Hub } from '../hubs/hub.ts'
import { AdcPeer } from '../talk/adc-peer.ts'
import type { Meeting } from '../talk/hub-event.ts'
import { NmdcPeer } from '../talk/nmdc-peer.ts'
import type { PeerEvent, PeerTalk } from '../talk/peer-event.ts'
import type { Ask } from '../wire/ask.ts'
import type { ConversationOwner } from './conversation.ts'
import { Conversation } from './conversation.ts'
import { Meetings } from './meetings.ts'
import type { Party } from './party.ts'
import { partyKey } from './party.ts'
import { Restraint } from './restraint.ts'

const dialMs = 20_000
/** Others end a silent conversation after half a minute or three. */
const idleMs = 120_000
const sweepMs = 15_000
/** What every line of NMDC begins with. */
const dollar = 0x24
/** Dials that others made us make and that have not become conversations: a hub must not turn us against a third party. */
const mostDials = 50
const mostDialsPerAddress = 10
const mostDialsPerUser = 3
const failuresAtOnce = 10
const failureEveryMs = 10_000
/** One user may ask to be dialled, or waited for, so often; each time we say something to the hub, which bans who says much. */
const invitationsAtOnce = 20
const invitationEveryMs = 2_000
/** How often, and how many times, two who meet half way knock at each other's router. */
const knockEveryMs = 1_000
const knocks = 15

export interface ReceptionWorld {
  readonly host: Pick<Host, 'clock' | 'net' | 'random' | 'log'>
  /** In base32. */
  readonly cid: string
  /** `Kith-0.1.0` */
  readonly program: string
  readonly encryption: 'never' | 'offered' | 'required'
  /** The port that users of a hub reach us at; undefined where we are passive. */
  port(hub: Hub): number | undefined
  asked(conversation: Conversation, ask: Ask): void
  ended(conversation: Conversation): void
}

/** Both dial: from which port of ours, and whether they greet first inside TLS. */
interface HalfWay {
  readonly localPort: number
  readonly greeted: boolean
}

/** Where clients meet: it arranges meetings through hubs, dials, and receives those who were expected. */
export class Reception implements Disposable {
  readonly #world: ReceptionWorld
  readonly #meetings: Meetings
  readonly #open = new Set<Conversation>()
  /** Of those, the ones that have said who they are and cannot be asked yet. */
  readonly #greeting = new Set<Conversation>()
  readonly #dials = new Set<{ readonly who: string; readonly host: string }>()
  /** Dials that came to nothing, by address: where nobody of ours is, we do not go on knocking, even if others are there. */
  readonly #failures = new Restraint(failuresAtOnce, failureEveryMs)
  readonly #invitations = new Restraint(invitationsAtOnce, invitationEveryMs)
  readonly #owner: ConversationOwner
  readonly #sweeping: Disposable
  readonly #stop = new AbortController()

  constructor(world: ReceptionWorld) {
    this.#world = world
    this.#meetings = new Meetings(world.host.clock, world.host.random)
    this.#sweeping = every(world.host.clock, sweepMs, () => this.#sweep())
    this.#owner = {
      asked: (conversation, ask) => world.asked(conversation, ask),
      drained: () => {},
      ended: (conversation, fault) => {
        this.#open.delete(conversation)
        world.ended(conversation)
        world.host.log.debug('a conversation ended', {
          user: conversation.party?.user.nick,
          code: fault?.code,
          message: fault?.message,
        })
      },
    }
  }

  /** A conversation in which we can ask. @throws FaultError `unavailable`, `gone` */
  connect(party: Party, signal: AbortSignal): Promise<Conversation> {
    const { hub, user } = party
    const { talk } = hub
    const port = this.#world.port(hub)
    const tls = this.#tls(user.tls)
    if (talk === undefined || hub.user(user.id) === undefined)
      throw fail('gone', 'directconnect/user-gone', `${user.nick} is not on the hub any more`)
    if (tls === undefined)
      throw fail('unavailable', 'directconnect/no-encryption', `${user.nick} does not speak TLS, and it is required`)
    if (port === undefined && !user.active && !canTraverse(party))
      throw fail('unavailable', 'directconnect/both-passive', `Neither we nor ${user.nick} can be dialled`, {
        hint: 'Forward the port and set directconnect.mode to active.',
      })
    return this.#meetings.arrange(
      party,
      tls,
      (meeting) => {
        if (port === undefined) talk.invite(user.id, meeting)
        else talk.meet(user.id, meeting, port)
        hub.flush()
      },
      signal,
    )
  }

  /** Somebody on a hub waits for us; NMDC does not say who. */
  meet(hub: Hub, party: Party | undefined, at: Endpoint, meeting: Meeting, half?: HalfWay): void {
    if (this.#tls(meeting.tls) !== meeting.tls) return
    const dial = { who: party === undefined ? endpointText(at) : partyKey(party), host: at.host }
    const [same, near] = [
      [...this.#dials].filter(({ who }) => who === dial.who),
      [...this.#dials].filter(({ host }) => host === dial.host),
    ]
    if (this.#dials.size >= mostDials || same.length >= mostDialsPerUser || near.length >= mostDialsPerAddress) return
    if (!this.#failures.has(at.host, this.#world.host.clock.now())) return
    this.#dials.add(dial)
    void this.#dial(hub, party, at, meeting, half)
      .catch((error: unknown) => {
        this.#failures.take(at.host, this.#world.host.clock.now())
        this.#world.host.log.debug('a user could not be dialled', { user: party?.user.nick, error: String(error) })
      })
      .finally(() => this.#dials.delete(dial))
  }

  /** A user who cannot be dialled wants us to wait, or to meet half way where we cannot be dialled either. */
  invited(party: Party, meeting: Meeting): void {
    const { hub, user } = party
    const port = this.#world.port(hub)
    if ((port === undefined && !canTraverse(party)) || this.#tls(meeting.tls) !== meeting.tls) return
    if (!this.#invitations.take(partyKey(party), this.#world.host.clock.now())) return
    if (!this.#meetings.expect(party, meeting.token)) return
    if (port === undefined) hub.talk?.traverse(user.id, meeting, hub.localPort!, true)
    else hub.talk?.meet(user.id, meeting, port)
    hub.flush()
  }

  /**
   * Both dial at the same time, from the ports that lead to the hub: their routers let in who comes from there. NMDC does
   * not say who it is that answers our answer.
   */
  traverse(hub: Hub, party: Party | undefined, at: Endpoint, meeting: Meeting, first: boolean): void {
    const { token, tls } = meeting
    const expected = party === undefined ? this.#meetings.invitedOn(hub) : this.#meetings.has(party, token)
    const ours = party !== undefined && this.#meetings.wanted(party, token)
    if (!expected || ours !== first || (party !== undefined && !canTraverse(party))) return
    if (this.#tls(tls) !== tls || this.#world.port(hub) !== undefined || hub.localPort === undefined) return
    if (first) {
      hub.talk?.traverse(party!.user.id, meeting, hub.localPort, false)
      hub.flush()
    }
    this.meet(hub, party, at, meeting, { localPort: hub.localPort, greeted: !first })
  }

  /** Somebody dialled us; `head` is how they begin. */
  accept(connection: Connection, head: Uint8Array): void {
    const { host, cid } = this.#world
    const now = host.clock.now()
    void this.#begin(connection, head[0] === dollar ? this.#nmdc(undefined) : new AdcPeer({ cid, now }), undefined, '')
  }

  async #dial(
    hub: Hub,
    party: Party | undefined,
    at: Endpoint,
    { token, tls }: Meeting,
    half: HalfWay | undefined,
  ): Promise<void> {
    const { host, cid } = this.#world
    const keyprint = party?.user.keyprint
    const greeted = half?.greeted === true
    // Who greets need not show a certificate; `#check` looks at it where there is one.
    const trust: Trust =
      keyprint === undefined || greeted ? { kind: 'anyone' } : { kind: 'pinned', fingerprints: [keyprint] }
    const how = {
      ...(half === undefined ? {} : { localPort: half.localPort }),
      ...(tls ? { tls: { trust, greeted } } : {}),
    }
    const connection =
      half === undefined ? await host.net.connect(at, { timeoutMs: dialMs, ...how }) : await this.#knock(at, how)
    const nmdc = hub.address.protocol === 'nmdc'
    const talk = nmdc ? this.#nmdc(hub) : new AdcPeer({ cid, token, now: host.clock.now() })
    if (!(await this.#begin(connection, talk, party, token, hub)))
      throw fail('gone', 'directconnect/no-show', 'Nobody who was expected is there')
  }

  /** Dials until the others dial as well: a router that hears of us too early says that nobody is there. */
  async #knock(at: Endpoint, how: ConnectOptions): Promise<Connection> {
    const { clock, net } = this.#world.host
    const { signal } = this.#stop
    for (let left = knocks; ; left--) {
      try {
        return await net.connect(at, { ...how, timeoutMs: dialMs, signal })
      } catch (error) {
        if (left <= 1 || signal.aborted || faultOf(error, 'meet a user half way').code !== 'net/refused') throw error
      }
      await sleep(clock, knockEveryMs, signal)
    }
  }

  /** The hub is known where we dial; who it is shows when they say their nick. */
  #nmdc(hub: Hub | undefined): PeerTalk {
    const { host, program } = this.#world
    const nick = hub?.talk?.id
    return new NmdcPeer({
      ...(nick === undefined ? {} : { dialled: { nick } }),
      self: (theirs) => {
        const party = this.#meetings.find({ nick: theirs })
        const own = party?.hub.talk?.id ?? nick
        if (own === undefined) return undefined
        return { nick: own, taking: party !== undefined && this.#meetings.wanted(party, '') }
      },
      program,
      number: 1 + pick(host.random, 32_767),
      noise: base32(host.random.bytes(20)),
      now: host.clock.now(),
    })
  }

  /** Whether it has become a conversation, once that is known. */
  #begin(connection: Connection, talk: PeerTalk, party: Party | undefined, token: string, hub?: Hub): Promise<boolean> {
    const { promise: met, resolve } = Promise.withResolvers<boolean>()
    let meeting = token
    let ready = false
    /** That they come because we want something of them. */
    let ours = false
    const conversation: Conversation = new Conversation(connection, talk, party, {
      ...this.#owner,
      ended: (of, fault) => {
        this.#owner.ended(of, fault)
        this.#greeting.delete(of)
        if (!ready && of.party !== undefined) this.#hungUp(of.party, meeting)
        resolve(ready)
      },
    })
    this.#open.add(conversation)
    conversation.start(this.#world.host.clock, (event: PeerEvent) => {
      if (event.kind === 'hello') {
        const fault = this.#check(conversation, event, hub)
        if (fault !== undefined) return conversation.close(fault)
        meeting = event.token ?? meeting
        ours = this.#meetings.wanted(conversation.party!, meeting)
        this.#greeting.add(conversation)
      } else if (event.kind === 'ready' && this.#greeting.delete(conversation)) {
        ready = true
        resolve(true)
        this.#world.host.log.debug('a user is there', { nick: conversation.party!.user.nick })
        if (event.taking) this.#takes(conversation, conversation.party!, meeting, ours)
        else if (ours) this.#waits(conversation.party!, meeting)
      }
    })
    return met
  }

  #takes(conversation: Conversation, party: Party, meeting: string, ours: boolean): void {
    const waiting = this.#meetings.arrived(conversation, party, meeting)
    // Whoever wanted it does not any more. Left open, it would be in the way of the next one: others let us come once.
    if (ours && !waiting) conversation.close()
  }

  /** In NMDC one of two takes, and they were drawn: most let us come a second time, so we need not wait until time is up. */
  #waits(party: Party, meeting: string): void {
    const message = `${party.user.nick} takes from us first`
    this.#meetings.failed(party, meeting, { kind: 'unavailable', code: 'directconnect/their-turn', message })
  }

  /** Some have no room for us and hang up as soon as they know who we are; who came twice may have gone once. */
  #hungUp(party: Party, meeting: string): void {
    const key = partyKey(party)
    if ([...this.#greeting].some((other) => partyKey(other.party!) === key)) return
    const message = `${party.user.nick} has hung up at once`
    this.#meetings.failed(party, meeting, { kind: 'gone', code: 'directconnect/hung-up', message })
  }

  /** Whether they are whom we expect. */
  #check(conversation: Conversation, hello: PeerEvent & { kind: 'hello' }, hub?: Hub): Fault | undefined {
    const party = conversation.party ?? this.#meetings.find(hello) ?? onHub(hub, hello.nick)
    if (party === undefined) return stranger
    const { cid, keyprint } = party.user
    if (hello.cid !== undefined ? cid !== hello.cid : party.user.id !== hello.nick) return stranger
    const { secured } = conversation.connection
    if (this.#world.encryption === 'required' && secured === undefined) return unsafe
    const shown = secured?.fingerprint
    if (keyprint !== undefined && shown !== undefined && !equal(keyprint, shown)) return stranger
    conversation.party = party
    return undefined
  }

  /** Whether to speak TLS with somebody who can or cannot; undefined when not at all. */
  #tls(theirs: boolean): boolean | undefined {
    const { encryption } = this.#world
    if (encryption === 'never') return false
    return theirs ? true : encryption === 'required' ? undefined : false
  }

  /** Who has met us and asks for nothing any more is in the way of others. */
  #sweep(): void {
    const now = this.#world.host.clock.now()
    for (const conversation of this.#open) {
      const { activeAt, connection, talk } = conversation
      const waiting = connection.pending > 0 || talk.deadline !== undefined
      if (!waiting && now - activeAt > idleMs) conversation.close()
    }
  }

  [Symbol.dispose](): void {
    this.#stop.abort(fail('gone', 'directconnect/closing', 'Nothing is wanted of them any more'))
    this.#sweeping[Symbol.dispose]()
    for (const conversation of this.#open) conversation.close()
  }
}

/** Whether we could meet somebody half way, where neither can be dialled; in NMDC they say themselves where they are. */
function canTraverse({ hub, user }: Party): boolean {
  const known = user.address !== undefined || hub.address.protocol === 'nmdc'
  return hub.localPort !== undefined && known && user.traverses === true
}

/** Who calls so on a hub, where nobody in particular was expected. */
function onHub(hub: Hub | undefined, nick: string | undefined): Party | undefined {
  const user = nick === undefined ? undefined : hub?.user(nick)
  return hub === undefined || user === undefined ? undefined : { hub, user }
}

const stranger: Fault = {
  kind: 'peer',
  code: 'directconnect/stranger',
  message: 'It is not who was expected, or nobody expected it',
}
const unsafe: Fault = {
  kind: 'peer',
  code: 'directconnect/no-encryption',
  message: 'It does not speak TLS, and it is required',
}
