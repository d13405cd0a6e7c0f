/**
 * What a site of several instances has to say, as a model that knows nothing of its code. What runs at the same
 * time may take place in any order, so that there is not one world but a list of possible ones.
 */
export interface World {
  /** By DII: the operator would say that they opted out; it has been heard and recorded. */
  operatorOut: boolean[]
  optedOut: boolean[]
  /** By DII: a refresh under way, of which nobody waits for the end, will hear of the opt-out. */
  hearing: boolean[]
  /** By DII: an opt-out from this site is in force. */
  mark: boolean[]
  /** By account: what it said last, and the id of its yes that stands. */
  accounts: { said: 'granted' | 'denied' | null; consent: number | null }[]
  browsers: Browser[]
  ended: number[]
  /** Tokens may have been due since some moment. */
  due: boolean
  nextConsent: number
}

interface Browser {
  account: number
  session: number | null
  /** Of what yes and what session; `shared`: another browser has a copy of it. */
  token: { consent: number; session: number; shared: boolean } | null
}

export type Kind = 'sign in' | 'yes' | 'no' | 'read' | 'page' | 'ensure' | 'recheck' | 'gpc' | 'sign out'

/** One request, or one sign-in. */
export interface Op {
  kind: Kind
  who: number
  site: 0 | 1
}

/** Two accounts of one address, and one of another. */
export const diiOf = [0, 0, 1] as const

export const firstWorld = (): World => ({
  operatorOut: [false, false],
  optedOut: [false, false],
  hearing: [false, false],
  mark: [false, false],
  accounts: diiOf.map(() => ({ said: null, consent: null })),
  // A second device of the first account, and one that has copies of the others' cookies.
  browsers: [0, 1, 2, 0, 0].map((account) => ({ account, session: null, token: null })),
  ended: [],
  due: false,
  nextConsent: 1,
})

const dii = ({ browsers }: World, who: number) => diiOf[browsers[who]?.account ?? 0] ?? 0
const accountOf = ({ accounts, browsers }: World, who: number) =>
  accounts[browsers[who]?.account ?? 0] as World['accounts'][number]
const browserOf = (world: World, who: number) => world.browsers[who] as Browser

const isSignedIn = (world: World, who: number): boolean => {
  const { session } = browserOf(world, who)
  return session !== null && !world.ended.includes(session)
}

/** `entitled`: to a token, whether there is one or not. */
function standing(world: World, who: number) {
  if (!isSignedIn(world, who)) return 'signed_out'
  if (world.optedOut[dii(world, who)]) return 'opted_out'
  const { said, consent } = accountOf(world, who)
  if (world.mark[dii(world, who)] || said === 'denied') return 'denied'
  return consent === null ? 'no_choice' : 'entitled'
}

export const isEntitled = (world: World, who: number): boolean => standing(world, who) === 'entitled'

const hasToken = (world: World, who: number) => {
  const { token, session } = browserOf(world, who)
  return token !== null && token.session === session && token.consent === accountOf(world, who).consent
}

/** What is said to somebody who is asked nothing. */
function status(world: World, who: number): string {
  const it = standing(world, who)
  return it === 'entitled' ? (hasToken(world, who) ? 'available' : 'refreshing') : it
}

/** How far a request has come: the yes under which it called, what it heard, whether that was a token. */
export interface Progress {
  at: number
  consent: number | null
  heard: boolean
  brought: boolean
  answer: string | null
}

type Next = [World, Partial<Progress>]
type Event = (world: World, op: Op, progress: Progress, alone: boolean) => Next[]

const answer = (world: World, text: string): Next => [world, { answer: text }]

/** A copy to change. */
const changed = (world: World, change: (copy: World) => void): World => {
  const copy = structuredClone(world)
  change(copy)
  return copy
}

const say = (world: World, who: number, said: 'granted' | 'denied'): World =>
  changed(world, (copy) => {
    const mine = accountOf(copy, who)
    mine.said = said
    copy.mark[dii(copy, who)] = said === 'denied'
    if (said === 'granted') mine.consent ??= copy.nextConsent++
    else
      copy.accounts.forEach((account, index) => {
        if (diiOf[index] === dii(copy, who)) account.consent = null
      })
  })

const look: Event = (world, { who }) => {
  const now = status(world, who)
  const hears = now === 'available' && world.due && world.operatorOut[dii(world, who)]
  const heard = changed(world, (copy) => {
    copy.hearing[dii(copy, who)] = true
  })
  // The proxy begins the refresh, and the route behind it may already read what came of it.
  const recorded = changed(world, (copy) => {
    copy.optedOut[dii(copy, who)] = true
  })
  return [answer(world, now), ...(hears ? [answer(heard, now), answer(recorded, 'opted_out')] : [])]
}

const giveConsent: Event = (world, { who }) =>
  isSignedIn(world, who) ? [[say(world, who, 'granted'), {}]] : [answer(world, 'signed_out')]

/** A signal that changes nothing is not written. */
const signalled = (world: World, who: number) =>
  world.mark[dii(world, who)] ? world : say(world, who, 'denied')

const sayNo: Event = (world, { who }) =>
  isSignedIn(world, who) ? [[say(world, who, 'denied'), {}]] : [answer(world, 'signed_out')]

const signal: Event = (world, { who }) => [
  answer(isSignedIn(world, who) ? signalled(world, who) : world, 'gpc'),
]

const call: Event = (world, { who, kind }, _, alone) => {
  if (!isEntitled(world, who)) return [answer(world, status(world, who))]
  const { consent } = accountOf(world, who)
  const { token } = browserOf(world, who)
  const heard = world.operatorOut[dii(world, who)] ?? false
  const called: Next = [world, { consent, heard, brought: !heard }]
  // Another request's call, of before a no, may have been joined.
  const refused: Next[] = alone ? [] : [[world, { consent }]]
  if (!hasToken(world, who)) return [called, ...refused]
  const uncalled = answer(world, 'available')
  // What an earlier refresh of the same token brought is taken from memory.
  const remembered = token?.shared || world.due || !alone
  if (kind === 'recheck') return remembered ? [called, uncalled, ...refused] : [called]
  return world.due ? [uncalled, called, ...refused] : [uncalled]
}

/** What the operator said is on record some time after it said so, and before anybody is answered. */
const record: Event = (world, { who }, { heard }) => [
  [
    changed(world, (copy) => {
      copy.optedOut[dii(copy, who)] ||= heard
    }),
    {},
  ],
]

const finish: Event = (world, { who }, { consent, brought }) => {
  if (!isEntitled(world, who)) return [answer(world, status(world, who))]
  if (!brought || consent === null || accountOf(world, who).consent !== consent)
    return [answer(world, 'refreshing')]
  const sealed = changed(world, (copy) => {
    const browser = browserOf(copy, who)
    browser.token = { consent, session: browser.session as number, shared: false }
  })
  return [answer(sealed, 'available')]
}

const leave: Event = (world, { who }) => [
  answer(
    changed(world, (copy) => {
      const browser = browserOf(copy, who)
      if (browser.session !== null) copy.ended.push(browser.session)
      Object.assign(browser, { session: null, token: null })
    }),
    'left',
  ),
]

const enter: Event = (world, op) =>
  leave(world, op, begun, true).map(([left]) =>
    answer(
      changed(left, (copy) => {
        browserOf(copy, op.who).session = newSession(copy, op.who)
      }),
      'entered',
    ),
  )

/** Another one than any before, and the same in all worlds that differ in the order of things alone. */
const newSession = ({ ended }: World, who: number) => who * 1000 + ended.length + 1

export const begun: Progress = { at: 0, consent: null, heard: false, brought: false, answer: null }

export const events: Record<Kind, Event[]> = {
  'sign in': [enter],
  yes: [giveConsent, call, record, finish],
  no: [sayNo, look],
  read: [look],
  page: [look],
  ensure: [call, record, finish],
  recheck: [call, record, finish],
  gpc: [signal],
  'sign out': [leave],
}
