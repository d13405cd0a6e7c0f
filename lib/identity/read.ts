import 'server-only'
import { cookies, headers } from 'next/headers'
import { cache } from 'react'
import { decideFor, readSituation } from './advance.ts'
import type { PublicIdentity } from './public.ts'

/** The identity of this request for pages: reads and decides, calls nobody, writes nothing. */
export const readPublicIdentity = cache(async (): Promise<PublicIdentity> => {
  const situation = await readSituation({ cookies: await cookies(), headers: await headers() })
  return decideFor(situation, situation.identity)
})

/** The signed-in reader's masked name for account pages; null when signed out. */
export const readSignedInName = cache(async (): Promise<string | null> => {
  const { known } = await readSituation({ cookies: await cookies(), headers: await headers() })
  return known?.reader.maskedName ?? null
})
