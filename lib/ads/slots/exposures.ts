import type { Bucket } from '../../identity/public-identity'
import type { TokenStore } from '../token-store/transitions'
import type { Winner } from './auctioneer'

/** One line of a hold-out's record. */
export interface Exposure {
  /** ISO 8601, UTC, by the browser's clock. */
  time: string
  /** Who: an identifier of your own statistics, or one that lasts for this page load. */
  unit: string
  bucket: Bucket
  /** `auction`: an ad was asked for, whatever came of it. `impression`: one was shown. */
  event: 'auction' | 'impression'
  slot: string
  /** Whether there was a token at that moment. */
  token: boolean
  /** US dollars per thousand, of an impression, where it is known. */
  cpm: number | null
}

export interface Exposures {
  auction(slots: readonly string[]): void
  impression(slot: string, winner: Winner): void
}

/**
 * Records only readers who take part in a hold-out. An auction is recorded before its outcome is known, in both
 * groups: rows that depend on the outcome would make the groups look unequal.
 */
export function createExposures(
  tokenStore: Pick<TokenStore, 'getSnapshot' | 'subscribe'>,
  { unit, tell }: { unit(): string; tell(exposure: Exposure): void },
): Exposures {
  let bucket: Bucket | undefined

  /**
   * A reader stays in the group when the token expires or the operator cannot be reached: only readers with a token
   * have such gaps, and without them the groups would look unequal.
   */
  function follow(): void {
    const state = tokenStore.getSnapshot()
    const told = 'bucket' in state ? state.bucket : undefined
    const inGap = state.status === 'refreshing' || state.status === 'unavailable'
    bucket = told ?? (inGap ? bucket : undefined)
  }
  follow()
  tokenStore.subscribe(follow)

  function note(event: Exposure['event'], slot: string, cpm: number | null): void {
    if (bucket === undefined) return
    const state = tokenStore.getSnapshot()
    const time = new Date().toISOString()
    // An error in the statistics must not cost an ad.
    try {
      tell({ time, unit: unit(), bucket, event, slot, token: state.status === 'available', cpm })
    } catch (error) {
      globalThis.reportError?.(error)
    }
  }
  return {
    auction(slots) {
      for (const slot of slots) note('auction', slot, null)
    },
    impression: (slot, { cpm }) => note('impression', slot, cpm),
  }
}

const columns = ['time', 'unit', 'bucket', 'event', 'slot', 'token', 'cpm_usd'] as const

/** RFC 4180, with a header. https://www.rfc-editor.org/rfc/rfc4180 */
export function toCsv(exposures: readonly Exposure[]): string {
  const rows = exposures.map(({ time, unit, bucket, event, slot, token, cpm }) =>
    [time, unit, bucket, event, slot, token ? '1' : '0', cpm === null ? '' : String(cpm)].map(cell).join(','),
  )
  return [columns.join(','), ...rows, ''].join('\r\n')
}

/** Quoted where it must be; a formula of a spreadsheet is made plain text. */
function cell(value: string): string {
  const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
