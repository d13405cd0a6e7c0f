'use client'

import { createContext, type ReactNode, useLayoutEffect, useReducer } from 'react'
import { disableAds, pageTokenStore } from '#lib/ads/page-token-store.ts'
import type { TokenState } from '#lib/ads/token-store/transitions.ts'
import type { PublicIdentity } from '#lib/identity/public-identity.ts'
import type { AdSetupName } from './ad-config.ts'

/** The identity that the page was rendered with, on dynamic pages. */
export const InitialIdentity = createContext<TokenState | undefined>(undefined)

/** Which ways the page's slots use. */
export const PageAdSetup = createContext<AdSetupName>('site')

const noAds: TokenState = { status: 'unsupported', reason: 'page', now: 0 }

interface AdStackProps {
  /** `none` on pages that must not have any, because of what they are about or whom they are for. */
  ads?: 'all' | 'none'
  /** Other ways than those of the site, by name: app/_ads/ad-config.ts has them. */
  setup?: AdSetupName
  initial?: PublicIdentity
  children?: ReactNode
}

/**
 * Each page renders its own. The identity itself lives on the window, so a soft navigation hands it on
 * and reads it afresh; React only follows it.
 */
export function AdStack({ ads, setup = 'site', initial, children }: AdStackProps) {
  const [, applied] = useReducer((times: number) => times + 1, 0)

  // Before anything is painted: the page before may have had a token, and this one none.
  // A server component that renders again (after a form, say) gives the same identity as a new object.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `now` and the status say whether it is new.
  useLayoutEffect(() => {
    // Whatever this browser refuses: a page without ads is better than none.
    try {
      if (ads === 'none') disableAds()
      else pageTokenStore().start(initial)
    } catch (error) {
      globalThis.reportError?.(error)
    }
    // An update here has React run every other effect before it paints: the slots of the page before leave, or they would
    // be sold again on this one, and what shows a status follows. https://react.dev/reference/react/useLayoutEffect
    applied()
  }, [ads, initial?.now, initial?.status])

  return (
    <PageAdSetup value={setup}>
      <InitialIdentity value={ads === 'none' ? noAds : initial}>{children}</InitialIdentity>
    </PageAdSetup>
  )
}
