import { expect, test } from 'vitest'
import { keyValues } from '#lib/ads/google/key-values.ts'
import { createExposures, type Exposure, toCsv } from '#lib/ads/slots/exposures.ts'
import type { TokenState } from '#lib/ads/token-store/transitions.ts'
import type { PublicIdentity } from '#lib/identity/public-identity.ts'
import { available, plain, SERVER_NOW } from './browser-stub.ts'

const withheld: PublicIdentity = {
  status: 'withheld',
  now: SERVER_NOW,
  refreshFrom: SERVER_NOW,
  bucket: 'control',
}
const treated = available('A', { bucket: 'treatment' })
const winner = { token: 'readable', cpm: 2.375, show() {} }

/** A token store in this state, until `setState` sets another. */
function storeIn(state: TokenState) {
  const listeners: Array<() => void> = []
  return {
    getSnapshot: () => state,
    subscribe(listener: () => void) {
      listeners.push(listener)
      return () => {}
    },
    setState(next: TokenState) {
      state = next
      for (const notify of listeners) notify()
    },
  }
}

function record(state: TokenState, ...later: TokenState[]): Exposure[] {
  const recorded: Exposure[] = []
  const tokenStore = storeIn(state)
  const exposures = createExposures(tokenStore, {
    unit: () => 'reader 7',
    tell: (exposure) => recorded.push(exposure),
  })
  for (const next of later) tokenStore.setState(next)
  exposures.auction(['top', 'side'])
  exposures.impression('top', winner)
  return recorded
}

test('each auction and impression is recorded alike for both groups (K1)', () => {
  for (const [state, bucket, token] of [
    [treated, 'treatment', true],
    [withheld, 'control', false],
  ] as const) {
    const recorded = record(state)
    const same = { unit: 'reader 7', bucket, token }
    expect(recorded).toEqual([
      expect.objectContaining({ ...same, event: 'auction', slot: 'top', cpm: null }),
      expect.objectContaining({ ...same, event: 'auction', slot: 'side', cpm: null }),
      expect.objectContaining({ ...same, event: 'impression', slot: 'top', cpm: 2.375 }),
    ])
    expect(recorded[0]?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  }
})

test('nothing is recorded for readers outside the experiment, or without a hold-out (K1)', () => {
  for (const state of [plain('signed_out'), plain('opted_out'), available('A'), plain('refreshing')])
    expect(record(state)).toEqual([])
})

test('an expired token or an unreachable operator keeps the reader in the group (K2)', () => {
  const gaps = [plain('refreshing'), { status: 'unavailable', reason: 'operator', now: SERVER_NOW }] as const
  for (const gap of gaps) {
    expect(record(treated, gap).map(({ bucket, token }) => [bucket, token])).toEqual(
      Array.from({ length: 3 }, () => ['treatment', false]),
    )
    expect(record(withheld, gap)).toHaveLength(3)
    // The next reader may be another one, or not take part.
    expect(record(treated, gap, available('B'))).toEqual([])
    expect(record(treated, plain('signed_out'), gap)).toEqual([])
  }
  expect(record(treated, { status: 'loading' }, plain('refreshing'))).toEqual([])
})

test('failing statistics cost no ad (K2)', () => {
  const fails = () => {
    throw new Error('blocked')
  }
  for (const broken of [
    { unit: fails, tell() {} },
    { unit: () => 'reader 7', tell: fails },
  ]) {
    const exposures = createExposures(storeIn(treated), broken)
    expect(() => exposures.auction(['top'])).not.toThrow()
    expect(() => exposures.impression('top', winner)).not.toThrow()
  }
})

test('the record as a file is RFC 4180, and no cell is a formula (K1)', () => {
  const row = record(treated)[2]
  if (!row) throw new Error('nothing was recorded')
  const time = '2026-11-25T12:00:00.000Z'
  expect(toCsv([{ ...row, time }])).toBe(
    'time,unit,bucket,event,slot,token,cpm_usd\r\n2026-11-25T12:00:00.000Z,reader 7,treatment,impression,top,1,2.375\r\n',
  )
  const odd = toCsv([{ ...row, time, unit: '=SUM("a,b")', slot: 'two\nlines', cpm: null, token: false }])
  expect(odd.split('\r\n')[1]).toBe(`${time},"'=SUM(""a,b"")",treatment,impression,"two\nlines",0,`)
  expect(toCsv([])).toBe('time,unit,bucket,event,slot,token,cpm_usd\r\n')
})

test('the ad server gets the group and whether there is a token, and no identifier (K8)', () => {
  expect(keyValues(treated, 'uid2')).toEqual({ uid2_present: 'y', uid2_ab: 'n' })
  expect(keyValues(withheld, 'uid2')).toEqual({ uid2_present: 'n', uid2_ab: 'c' })
  expect(keyValues(available('A'), 'uid2')).toEqual({ uid2_present: 'y', uid2_ab: null })
  expect(keyValues(plain('signed_out'), 'euid')).toEqual({ euid_present: 'n', euid_ab: null })
})
