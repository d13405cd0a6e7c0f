'use client'

import { usePathname } from 'next/navigation'
import { useUid2 } from '#app/_ads/use-uid2.ts'
import { NextStep } from './next-step.tsx'

/** The next step as things stand now. */
export function NextStepNow() {
  return <NextStep identity={useUid2()} back={usePathname()} />
}
