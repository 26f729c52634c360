import type { OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Internet } from '@kith/core/offer/internet.ts'
import { Borrower } from '../internet/borrower.ts'
import { Lender } from '../internet/lender.ts'
import { wholeWay } from '../internet/whole.ts'
import type { Lines } from '../lines.ts'

/** The internet connection, and the door where others knock for ours. */
export interface OwnInternet extends Internet, AsyncDisposable {
  readonly lender: Lender
  /** Goes on with what was used before. */
  begin(): void
  /** Undefined for a question about something else. */
  answer(device: string, question: PeerQuestion): Promise<OurAnswer | undefined>
}

/** The internet connection, lent and borrowed. */
export function internet(host: Host, lines: Lines, self: string): OwnInternet {
  const lender = new Lender(host, self)
  const borrower = new Borrower(host, lines, wholeWay(host, lines, self))
  return {
    lender,
    lending: lender.lending,
    loans: lender.loans,
    asks: lender.asks,
    borrowed: borrower.borrowed,
    lend: (on) => lender.lend(on),
    grant: (device, terms) => lender.grant(device, terms),
    takeBack: (device) => lender.takeBack(device),
    refuse: (device) => lender.refuse(device),
    at: (device, signal) => borrower.at(device, signal),
    ask: (device) => borrower.ask(device),
    use: (device, options) => borrower.use(device, options),
    stop: (device) => borrower.stop(device),
    begin: () => borrower.begin(),
    answer: (device, question) => lender.answer(device, question),
    async [Symbol.asyncDispose]() {
      await borrower[Symbol.asyncDispose]()
      await lender[Symbol.asyncDispose]()
    },
  }
}
