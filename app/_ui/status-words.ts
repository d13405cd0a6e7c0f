import type { TokenState } from '#lib/ads/token-store/transitions.ts'
import type { Product, UnsupportedReason } from '#lib/identity/public-identity.ts'
import { products } from '#lib/shared/products.ts'

/** The input of the status line: an identity, or what only the page knows. */
export type ShownIdentity = TokenState

export interface StatusWords {
  /** One short sentence: it must fit beside a link on one line, and on two on a phone. */
  line: string
  detail?: string
  action?: { href: string; label: string }
  tone: 'neutral' | 'good' | 'notice'
}

const change = { href: '/privacy', label: 'Change this' }
const choices = { href: '/privacy', label: 'Your privacy choices' }

/** Whether the status implies a signed-in reader. Some statuses are decided before that is known. */
export function isSignedIn(identity: ShownIdentity): boolean {
  switch (identity.status) {
    case 'loading':
    case 'gpc':
    case 'signed_out':
      return false
    case 'unsupported':
      return identity.reason !== 'page'
    case 'unavailable':
      // Without a time this is no response: the page could not ask.
      return identity.now > 0
    default:
      return true
  }
}

/** Explains to readers why this page has a token or none. */
export function statusWords(identity: ShownIdentity, product: Product): StatusWords {
  const { name, optOutPortal } = products[product]
  switch (identity.status) {
    case 'loading':
      return { line: 'Looking up your ad choice…', tone: 'neutral' }
    case 'gpc':
      return {
        line: 'Opt-out signal honoured: no advertising ID is used.',
        detail:
          'Your browser sends Global Privacy Control, which asks sites not to sell or share personal data. We treat it as a no: while it is on, we make and renew no ID and give none to any advertising company. You will still see ads, chosen by the page and not by who you are.',
        action: choices,
        tone: 'good',
      }
    case 'signed_out':
      return {
        line: 'You are not signed in, so no advertising ID is used.',
        detail:
          'Everything here can be read without an account. An advertising ID exists only for readers who signed in and then said yes to it.',
        action: { href: '/sign-in', label: 'Sign in' },
        tone: 'neutral',
      }
    case 'no_choice':
      return {
        line: 'No advertising ID is used: we have not asked you yet.',
        detail:
          'Nothing is made from your address before you have said yes. You can say no without any disadvantage.',
        action: { href: '/choice', label: 'Choose' },
        tone: 'notice',
      }
    case 'denied':
      return {
        line: 'No advertising ID is used: the answer on record is no.',
        detail:
          'You said no, or a browser that you were signed in with sent an opt-out signal. It counts for your address or number in all browsers, and we do not ask again. The ads that you see are chosen by the page. You can change your mind at any time.',
        action: change,
        tone: 'good',
      }
    case 'opted_out':
      return {
        line: `You opted out at ${name}, so no advertising ID is used.`,
        detail: `${name} told us that this address or number was opted out at ${new URL(optOutPortal).host}. That choice was made there, counts for every site that uses ${name}, and can be changed only there. We remember it and do not ask ${name} about it again.`,
        action: { href: optOutPortal, label: `${name} opt-out page` },
        tone: 'good',
      }
    case 'unsupported':
      return unsupportedWords[identity.reason]
    case 'withheld':
      return {
        line: 'No advertising ID is used: you are in a comparison group.',
        detail:
          'You said yes. To learn what the ID changes, we leave it out for a small share of readers, chosen at random, and you are one of them for now.',
        action: change,
        tone: 'neutral',
      }
    case 'refreshing':
      return {
        line: 'Your advertising ID is being made or renewed.',
        detail: 'Until that is done, the ads on this page are asked for without it.',
        action: change,
        tone: 'neutral',
      }
    case 'available': {
      return {
        line: `Ads here use your ${name} token, because you said yes.`,
        detail: `The token is made from your address or number by the ${name} service and travels with each ad request. The address itself is never given to this page or to advertisers. The token still stands for you, which is why you decide about it.`,
        action: change,
        tone: 'notice',
      }
    }
    case 'unavailable':
      return {
        line: 'No advertising ID right now; everything else works.',
        detail:
          identity.reason === 'store'
            ? 'We cannot look up your choice at the moment, and without it we use nothing. There is nothing that you need to do.'
            : 'The service that makes the ID did not answer. We try again later. There is nothing that you need to do.',
        action: choices,
        tone: 'neutral',
      }
  }
}

const unsupportedWords: Record<UnsupportedReason | 'page', StatusWords> = {
  no_dii: {
    line: 'No advertising ID: your account has no address or number.',
    detail: 'The ID would be made from an e-mail address or phone number, and your sign-in gave us neither.',
    action: choices,
    tone: 'neutral',
  },
  unverified: {
    line: 'No advertising ID: your address or number is not confirmed.',
    detail:
      'We use an address or number only after it is confirmed that it is yours, so that no other person can decide for you. Your sign-in did not confirm yours.',
    action: choices,
    tone: 'neutral',
  },
  relay_address: {
    line: 'No advertising ID: you signed in with a private relay address.',
    detail: 'You chose to keep your real address from us. We respect that and make no ID from it.',
    action: choices,
    tone: 'good',
  },
  bad_phone: {
    line: 'No advertising ID: we could not read your phone number.',
    detail: 'It has to be complete, with the country code, such as +1 234 567 8901. We do not guess.',
    action: choices,
    tone: 'neutral',
  },
  gdpr: {
    line: 'No advertising ID is used where European privacy law applies.',
    detail:
      'UID2 is not offered there, so none is made from your address, whatever you have answered before.',
    action: choices,
    tone: 'neutral',
  },
  consent: {
    line: 'Your consent settings do not allow an advertising ID.',
    detail:
      'The consent banner has recorded that you deny this use, or has not recorded the consent that it needs, and we follow it.',
    action: choices,
    tone: 'good',
  },
  region: {
    line: 'No advertising ID is used in your region.',
    detail: 'This is our rule for the region that you seem to be in. It is not about anything that you did.',
    action: choices,
    tone: 'neutral',
  },
  page: {
    line: 'This page never uses an advertising ID.',
    detail: 'Some subjects are private. On those pages we use no ID for any reader.',
    action: choices,
    tone: 'good',
  },
}
