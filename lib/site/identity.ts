import 'server-only'
import { currentReader } from '../auth/current-reader'
import { consentStore } from '../consent/durable'
import { type Env, env } from '../env/env'
import { createIdentity, type PublisherIdentity } from '../identity/create-identity'
import type { Policy } from '../identity/types'
import { globalPrivacyControl } from '../policies/gpc'
import { holdout } from '../policies/holdout'
import { region, unansweredByRegion } from '../policies/region'
import { consentSignals } from '../policies/signals'
import { operatorClient } from './operator-client'
import { recordEvent } from './record-event'

const made = new WeakMap<Env, PublisherIdentity>()

/** The site's identity: connects settings, store, sign-in and policies to the core. */
export function identity(): PublisherIdentity {
  const settings = env()
  const known = made.get(settings)
  if (known) return known
  const created = createIdentity({
    client: operatorClient(),
    product: settings.product,
    cookie: identityCookie(settings),
    session: ({ cookies }) => currentReader(cookies),
    consent: consentStore,
    policies: policiesOf(settings),
    refreshedBy: settings.handoff,
    ...(settings.holdout && { bucketOf: holdout(settings.holdout) }),
    timeoutMs: settings.operator.timeoutMs,
    pageWaitMs: settings.refreshWaitMs,
    onEvent: recordEvent,
  })
  made.set(settings, created)
  return created
}

/** `__Host-` binds the cookie to this host. Browsers accept the prefix only over https. */
export const identityCookie = ({ secureCookies, product, sessionPasswords }: Env) => ({
  name: secureCookies ? `__Host-${product}` : product,
  secure: secureCookies,
  passwords: sessionPasswords,
})

/** In the order of their checks. */
function policiesOf({ gpcScope, regionHeader, product }: Env): Policy[] {
  const gpc = gpcScope === 'off' ? [] : [globalPrivacyControl({ scope: gpcScope })]
  const place = regionHeader === null ? [] : [{ header: regionHeader, product }]
  return [...gpc, ...place.map(region), consentSignals({ product }), ...place.map(unansweredByRegion)]
}
