import { headers } from 'next/headers'

/** A page with a fault of ours, to see what a reader sees of it. */
export default async function Broken(): Promise<never> {
  await headers()
  throw new Error('a detail that no reader may see')
}
