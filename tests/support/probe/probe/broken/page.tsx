import { headers } from 'next/headers'

/** A page that throws, to test what a reader sees. */
export default async function Broken(): Promise<never> {
  await headers()
  throw new Error('a detail that no reader may see')
}
