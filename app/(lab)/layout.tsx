import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { env } from '#lib/env/server.ts'

export const metadata: Metadata = { robots: { index: false } }

/** The laboratory is for whoever runs the site: beside a real operator it is shown with LAB=on alone. */
export default async function LabLayout({ children }: { children: ReactNode }) {
  // The deployment is known only when a request comes, not when the site is built.
  await connection()
  if (!env().lab) notFound()
  return children
}
