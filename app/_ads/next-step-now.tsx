'use client'

import { usePathname } from 'next/navigation'
import { NextStep } from '#app/_ui/next-step.tsx'
import { useUid2 } from './use-uid2.ts'

/** The next step as things stand now. */
export function NextStepNow() {
  return <NextStep identity={useUid2()} back={usePathname()} />
}
