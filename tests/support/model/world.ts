/**
 * What a site of several instances may answer: a model that is independent of its code. Parallel requests may be
 * processed in any order, so there is a list of possible worlds.
 */
export interface World {
  /** By DII: the operator would answer `optout`. */
  operatorOptedOut: boolean[]
  /** By DII: that answer is recorded. */
  optedOut: boolean[]
  /** By DII: a refresh that no request waits for will record an opt-out. */
  optOutPending: boolean[]
  /** By DII: an opt-out from this site is in force. */
  siteOptOut: boolean[]
  /** By account: its latest choice, and the id of its current consent. */
  accounts: { choice: 'granted' | 'denied' | null; consent: number | null }[]
  browsers: Browser[]
  endedSessions: number[]
  /** Tokens may be due. */
  due: boolean
  nextConsent: number
}

interface Browser {
  account: number
  session: number | null
  /** The consent and session that it was generated for; `shared`: another browser has a copy. */
  token: { consent: number; session: number; shared: boolean } | null
}

export type Kind =
  | ('sign in' | 'consent' | 'deny' | 'read' | 'page')
  | ('ensure' | 'recheck' | 'gpc' | 'sign out')

/** One request, or one sign-in. */
export interface Op {
  kind: Kind
  who: number
  site: 0 | 1
}

/** Two accounts of one address, and one of another. */
export const diiOf = [0, 0, 1] as const

export const firstWorld = (): World => ({
  operatorOptedOut: [false, false],
  optedOut: [false, false],
  optOutPending: [false, false],
  siteOptOut: [false, false],
  accounts: diiOf.map(() => ({ choice: null, consent: null })),
  // One browser per account, a second one of the first account, and one with copies of the others' cookies.
  browsers: [0, 1, 2, 0, 0].map((account) => ({ account, session: null, token: null })),
  endedSessions: [],
  due: false,
  nextConsent: 1,
})

const dii = ({ browsers }: World, who: number) => diiOf[browsers[who]?.account ?? 0] ?? 0
const accountOf = ({ accounts, browsers }: World, who: number) =>
  accounts[browsers[who]?.account ?? 0] as World['accounts'][number]
const browserOf = (world: World, who: number) => world.browsers[who] as Browser

const isSignedIn = (world: World, who: number): boolean => {
  const { session } = browserOf(world, who)
  return session !== null && !world.endedSessions.includes(session)
}

function consentState(world: World, who: number) {
  if (!isSignedIn(world, who)) return 'signed_out'
  if (world.optedOut[dii(world, who)]) return 'opted_out'
  const { choice, consent } = accountOf(world, who)
  if (world.siteOptOut[dii(world, who)] || choice === 'denied') return 'denied'
  return consent === null ? 'no_choice' : 'granted'
}

export const isEntitled = (world: World, who: number): boolean => consentState(world, who) === 'granted'

const hasToken = (world: World, who: number) => {
  const { token, session } = browserOf(world, who)
  return token !== null && token.session === session && token.consent === accountOf(world, who).consent
}

/** The status that a request without a call gets. */
function status(world: World, who: number): string {
  const state = consentState(world, who)
  return state === 'granted' ? (hasToken(world, who) ? 'available' : 'refreshing') : state
}

/** How far a request has come: the consent under which it called, and what the call returned. */
export interface Progress {
  at: number
  consent: number | null
  optout: boolean
  identity: boolean
  answer: string | null
}

type Next = [World, Partial<Progress>]
type Event = (world: World, op: Op, progress: Progress, alone: boolean) => Next[]

const answer = (world: World, text: string): Next => [world, { answer: text }]

/** A changed copy. */
const changed = (world: World, change: (copy: World) => void): World => {
  const copy = structuredClone(world)
  change(copy)
  return copy
}

const recordChoice = (world: World, who: number, choice: 'granted' | 'denied'): World =>
  changed(world, (copy) => {
    const mine = accountOf(copy, who)
    mine.choice = choice
    copy.siteOptOut[dii(copy, who)] = choice === 'denied'
    if (choice === 'granted') mine.consent ??= copy.nextConsent++
    else
      copy.accounts.forEach((account, index) => {
        if (diiOf[index] === dii(copy, who)) account.consent = null
      })
  })

const read: Event = (world, { who }) => {
  const now = status(world, who)
  const refreshes = now === 'available' && world.due && world.operatorOptedOut[dii(world, who)]
  const pending = changed(world, (copy) => {
    copy.optOutPending[dii(copy, who)] = true
  })
  // The proxy starts the refresh; the route behind it may already read its result.
  const recorded = changed(world, (copy) => {
    copy.optedOut[dii(copy, who)] = true
  })
  return [answer(world, now), ...(refreshes ? [answer(pending, now), answer(recorded, 'opted_out')] : [])]
}

const choose =
  (choice: 'granted' | 'denied'): Event =>
  (world, { who }) =>
    isSignedIn(world, who) ? [[recordChoice(world, who, choice), {}]] : [answer(world, 'signed_out')]

/** GPC is recorded only where it changes something. */
const gpc: Event = (world, { who }) => [
  answer(
    isSignedIn(world, who) && !world.siteOptOut[dii(world, who)] ? recordChoice(world, who, 'denied') : world,
    'gpc',
  ),
]

const call: Event = (world, { who, kind }, _, alone) => {
  if (!isEntitled(world, who)) return [answer(world, status(world, who))]
  const { consent } = accountOf(world, who)
  const { token } = browserOf(world, who)
  const optout = world.operatorOptedOut[dii(world, who)] ?? false
  const called: Next = [world, { consent, optout, identity: !optout }]
  // It may share the call of another request, from before a denial.
  const refused: Next[] = alone ? [] : [[world, { consent }]]
  if (!hasToken(world, who)) return [called, ...refused]
  const uncalled = answer(world, 'available')
  // The result of an earlier refresh of the same token is remembered.
  const remembered = token?.shared || world.due || !alone
  if (kind === 'recheck') return remembered ? [called, uncalled, ...refused] : [called]
  return world.due ? [uncalled, called, ...refused] : [uncalled]
}

/** An opt-out is recorded after the operator's answer, and before any request is answered. */
const recordOptOut: Event = (world, { who }, { optout }) => [
  [
    changed(world, (copy) => {
      copy.optedOut[dii(copy, who)] ||= optout
    }),
    {},
  ],
]

const finish: Event = (world, { who }, { consent, identity }) => {
  if (!isEntitled(world, who)) return [answer(world, status(world, who))]
  if (!identity || consent === null || accountOf(world, who).consent !== consent)
    return [answer(world, 'refreshing')]
  const sealed = changed(world, (copy) => {
    const browser = browserOf(copy, who)
    browser.token = { consent, session: browser.session as number, shared: false }
  })
  return [answer(sealed, 'available')]
}

const signOut: Event = (world, { who }) => [
  answer(
    changed(world, (copy) => {
      const browser = browserOf(copy, who)
      if (browser.session !== null) copy.endedSessions.push(browser.session)
      Object.assign(browser, { session: null, token: null })
    }),
    'signed out',
  ),
]

const signIn: Event = (world, op) =>
  signOut(world, op, begun, true).map(([before]) =>
    answer(
      changed(before, (copy) => {
        browserOf(copy, op.who).session = newSession(copy, op.who)
      }),
      'signed in',
    ),
  )

/** A new id, and the same one in all worlds that differ only in the order of events. */
const newSession = ({ endedSessions }: World, who: number) => who * 1000 + endedSessions.length + 1

export const begun: Progress = { at: 0, consent: null, optout: false, identity: false, answer: null }

export const events: Record<Kind, Event[]> = {
  'sign in': [signIn],
  consent: [choose('granted'), call, recordOptOut, finish],
  deny: [choose('denied'), read],
  read: [read],
  page: [read],
  ensure: [call, recordOptOut, finish],
  recheck: [call, recordOptOut, finish],
  gpc: [gpc],
  'sign out': [signOut],
}
