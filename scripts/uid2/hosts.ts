import { isLoopback } from '#lib/shared/loopback.ts'

export interface KnownOperator {
  readonly product: 'uid2' | 'euid' | undefined
  readonly environment: 'integ' | 'prod' | 'local'
}

const hosted: readonly [pattern: RegExp, known: KnownOperator][] = [
  [/^operator-integ\.uidapi\.com$/, { product: 'uid2', environment: 'integ' }],
  [/^(?:(?:global|usw|au|jp|sg)\.)?prod\.uidapi\.com$/, { product: 'uid2', environment: 'prod' }],
  [/^integ\.euid\.eu$/, { product: 'euid', environment: 'integ' }],
  [/^prod\.euid\.eu$/, { product: 'euid', environment: 'prod' }],
]

/**
 * What an operator's host reveals. `undefined` for a private one.
 * https://unifiedid.com/docs/getting-started/gs-environments
 */
export function findKnownOperator(hostname: string): KnownOperator | undefined {
  if (isLoopback(hostname)) return { product: undefined, environment: 'local' }
  return hosted.find(([pattern]) => pattern.test(hostname))?.[1]
}

/** Hosts of UID2 and EUID that serve pages and scripts. */
export const isNoOperator = (hostname: string): boolean =>
  /(^|\.)(unifiedid\.com|transparentadvertising\.(com|eu))$|^(cdn|portal)\..*(uidapi\.com|euid\.eu)$|^(www\.)?euid\.eu$/.test(
    hostname,
  )
