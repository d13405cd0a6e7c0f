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

/** A token store in this state, which can become another one. */
function storeIn(state: TokenState) {
  const listeners: Array<() => void> = []
  return {
    getSnapshot: () => state,
    subscribe(listener: () => void) {
      listeners.push(listener)
      return () => {}
    },
    become(next: TokenState) {
      state = next
      for (const notify of listeners) notify()
    },
  }
}

function record(state: TokenState, ...later: TokenState[]): Exposure[] {
  const told: Exposure[] = []
  const tokenStore = storeIn(state)
  const exposures = createExposures(tokenStore, {
    unit: () => 'reader 7',
    tell: (exposure) => told.push(exposure),
  })
  for (const next of later) tokenStore.become(next)
  exposures.auction(['top', 'side'])
  exposures.impression('top', winner)
  return told
}

test('K1: both groups are told of alike: each slot that is asked for, each ad that is shown', () => {
  for (const [state, bucket, token] of [
    [treated, 'treatment', true],
    [withheld, 'control', false],
  ] as const) {
    const told = record(state)
    const same = { unit: 'reader 7', bucket, token }
    expect(told).toEqual([
      expect.objectContaining({ ...same, event: 'auction', slot: 'top', cpm: null }),
      expect.objectContaining({ ...same, event: 'auction', slot: 'side', cpm: null }),
      expect.objectContaining({ ...same, event: 'impression', slot: 'top', cpm: 2.375 }),
    ])
    expect(told[0]?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  }
})

test('K1: nothing is reported for readers outside the experiment, or while no hold-out runs', () => {
  for (const state of [plain('signed_out'), plain('opted_out'), available('A'), plain('refreshing')])
    expect(record(state)).toEqual([])
})

test('K2: an expired token, or an unreachable operator, removes no reader from their group', () => {
  const gaps = [plain('refreshing'), { status: 'unavailable', reason: 'operator', now: SERVER_NOW }] as const
  for (const gap of gaps) {
    expect(record(treated, gap).map(({ bucket, token }) => [bucket, token])).toEqual(
      Array.from({ length: 3 }, () => ['treatment', false]),
    )
    expect(record(withheld, gap)).toHaveLength(3)
    // Afterwards it may be somebody else, or somebody who takes no part any more.
    expect(record(treated, gap, available('B'))).toEqual([])
    expect(record(treated, plain('signed_out'), gap)).toEqual([])
  }
  expect(record(treated, { status: 'loading' }, plain('refreshing'))).toEqual([])
})

test('K2: statistics that fail cost no ad', () => {
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

test('K1: as a file it is RFC 4180, and no cell is a formula', () => {
  const row = record(treated)[2]
  if (!row) throw new Error('nothing was told')
  const time = '2026-11-25T12:00:00.000Z'
  expect(toCsv([{ ...row, time }])).toBe(
    'time,unit,bucket,event,slot,token,cpm_usd\r\n2026-11-25T12:00:00.000Z,reader 7,treatment,impression,top,1,2.375\r\n',
  )
  const odd = toCsv([{ ...row, time, unit: '=SUM("a,b")', slot: 'two\nlines', cpm: null, token: false }])
  expect(odd.split('\r\n')[1]).toBe(`${time},"'=SUM(""a,b"")",treatment,impression,"two\nlines",0,`)
  expect(toCsv([])).toBe('time,unit,bucket,event,slot,token,cpm_usd\r\n')
})

test('K8: the ad server is told whether there was a token and which group, and never who', () => {
  expect(keyValues(treated, 'uid2')).toEqual({ uid2_present: 'y', uid2_ab: 'n' })
  expect(keyValues(withheld, 'uid2')).toEqual({ uid2_present: 'n', uid2_ab: 'c' })
  expect(keyValues(available('A'), 'uid2')).toEqual({ uid2_present: 'y', uid2_ab: null })
  expect(keyValues(plain('signed_out'), 'euid')).toEqual({ euid_present: 'n', euid_ab: null })
})
