import { notFound } from 'next/navigation'
import { connection } from 'next/server'
import { env } from '#lib/env/env.ts'

/**
 * The laboratory is for the people who run the site: with a real operator it needs LAB=on. For the layout,
 * and again in each page: Next renders a page though its layout was not found.
 */
export async function labOnly(): Promise<void> {
  // The deployment is known only when a request comes, not when the site is built.
  await connection()
  if (!env().lab) notFound()
}
