import type {
  BorrowedInternetView,
  GrantInternetRequest,
  InternetLoanView,
  InternetTermsView,
  InternetView,
  NearbyInternetView,
} from '@kith/api/internet.ts'
import { endpointText } from '@kith/core/network/net.ts'
import type { BorrowedInternet, Internet, InternetLoan, InternetTerms } from '@kith/core/offer/internet.ts'
import type { Handlers } from '../api/handlers.ts'
import { type Lent, lentBy, type LentWorld } from './lent.ts'
import { named } from './named.ts'

/** A device that answers later is not listed this time. */
const LIST_MS = 5_000

type Operations = Pick<
  Handlers,
  | 'internet'
  | 'lendInternet'
  | 'grantInternet'
  | 'takeBackInternet'
  | 'refuseInternet'
  | 'nearbyInternet'
  | 'askInternet'
  | 'useInternet'
  | 'stopInternet'
>

export function internetOperations({ networks }: LentWorld): Operations {
  const near = (): Lent<Internet> => lentBy(networks, 'internet')
  /** Also one that is not paired any more. */
  const oneOf = (ids: readonly string[], text: string): string =>
    named(ids, text, (id) => [id, near().named(id).name], 'internet/unknown', 'device')
  const loanView = (loan: InternetLoan): InternetLoanView => ({
    ...termsView(loan.terms),
    device: near().named(loan.device),
    down: loan.down,
    up: loan.up,
    connections: loan.connections,
    since: loan.since,
    state: near().facet.lending.current ? loan.state : 'off',
  })
  const borrowedView = ({
    device,
    proxy,
    state,
    whole,
    v6,
    terms,
    ...meter
  }: BorrowedInternet): BorrowedInternetView => ({
    device: near().named(device),
    proxy: endpointText(proxy),
    state,
    whole,
    v6,
    down: meter.down,
    up: meter.up,
    connections: meter.connections,
    ...(terms === undefined ? {} : { terms: termsView(terms) }),
  })
  const view = (): InternetView => {
    const { facet, named: deviceOf } = near()
    return {
      lending: facet.lending.current,
      loans: facet.loans.current.map(loanView),
      asks: facet.asks.current.map(deviceOf),
      borrowed: facet.borrowed.current.map(borrowedView),
    }
  }
  return {
    internet: view,
    lendInternet({ body }) {
      near().facet.lend(body.on)
      return view()
    },
    grantInternet({ params, body }) {
      const { facet, paired } = near()
      const made = facet.grant(paired(params.id), terms(body))
      return loanView(made)
    },
    takeBackInternet({ params }) {
      const { facet } = near()
      const ids = facet.loans.current.map(({ device }) => device)
      facet.takeBack(oneOf(ids, params.id))
    },
    refuseInternet({ params }) {
      const { facet } = near()
      facet.refuse(oneOf(facet.asks.current, params.id))
    },
    async nearbyInternet() {
      const { facet, friends, named: deviceOf } = near()
      const all = await Promise.all(
        friends.map(async ({ id }): Promise<readonly NearbyInternetView[]> => {
          const lent = await facet.at(id, AbortSignal.timeout(LIST_MS)).catch(() => undefined)
          return lent === undefined ? [] : [{ ...termsView(lent), device: deviceOf(id) }]
        }),
      )
      return all.flat()
    },
    async askInternet({ body }) {
      const { facet, paired } = near()
      await facet.ask(paired(body.device))
    },
    async useInternet({ body: { device, port, whole } }) {
      const { facet, paired } = near()
      const options = { ...(port === undefined ? {} : { port }), ...(whole === undefined ? {} : { whole }) }
      const used = await facet.use(paired(device), options)
      return borrowedView(used)
    },
    async stopInternet({ params }) {
      const { facet } = near()
      const ids = facet.borrowed.current.map(({ device }) => device)
      await facet.stop(oneOf(ids, params.id))
    },
  }
}

function termsView({ until, volume, down, up, allowed, refused, home, whole }: InternetTerms): InternetTermsView {
  return {
    allowed,
    refused,
    home,
    whole,
    ...(until === undefined ? {} : { until }),
    ...(volume === undefined ? {} : { volume }),
    ...(down === undefined ? {} : { downLimit: down }),
    ...(up === undefined ? {} : { upLimit: up }),
  }
}

function terms(body: GrantInternetRequest): InternetTerms {
  const { until, volume, downLimit, upLimit, allowed = [], refused = [], home = false, whole = false } = body
  return {
    allowed,
    refused,
    home,
    whole,
    ...(until === undefined ? {} : { until }),
    ...(volume === undefined ? {} : { volume }),
    ...(downLimit === undefined ? {} : { down: downLimit }),
    ...(upLimit === undefined ? {} : { up: upLimit }),
  }
}
