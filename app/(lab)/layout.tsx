import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { labOnly } from './_lab-only.ts'

export const metadata: Metadata = { robots: { index: false } }

export default async function LabLayout({ children }: { children: ReactNode }) {
  await labOnly()
  return children
}
