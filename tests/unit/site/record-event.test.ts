import pino from 'pino'
import { beforeEach, describe, expect, it } from 'vitest'
import type { IdentityEvent } from '#lib/identity/types.ts'
import { health } from '#lib/observe/health.ts'
import { recordEvent } from '#lib/site/record-event.ts'
import { becomeSite } from '../../support/server-env.ts'

let lines: Record<string, unknown>[] = []
beforeEach(() => {
  becomeSite()
  lines = []
  const write = (line: string) => lines.push(JSON.parse(line))
  const key = Symbol.for('uid2-publisher.log')
  Object.assign(globalThis, { [key]: pino({ base: null, timestamp: false }, { write }) })
})

describe('the health of the operator, by the events of the identity', () => {
  it.each(['generated', 'refreshed', 'opted_out', 'consent_refused', 'token_dead'] as const)(
    'is ok after an answer of the operator: %s',
    (type) => {
      recordEvent({ type: 'refresh_failed', reason: 'timeout', ms: 1 })
      recordEvent({ type, ms: 1 })
      expect(health()).toMatchObject({ operator: 'ok', operatorReason: undefined })
    },
  )

  it.each(['generate_failed', 'refresh_failed'] as const)(
    'is failing after %s, with its reason (U4)',
    (type) => {
      recordEvent({ type, reason: 'server_error', httpStatus: 500, ms: 1 })
      expect(health()).toMatchObject({ operator: 'failing', operatorReason: 'server_error' })
    },
  )

  it('does not change after a fault of our own code', () => {
    recordEvent({ type: 'generate_failed', reason: 'unexpected', ms: 1 })
    expect(health().operator).toBe('unknown')
  })
})

describe('the log, by the events of the identity', () => {
  const line = (level: number, event: string, fields: object = {}) => ({ level, event, ...fields })

  it.each<[IdentityEvent, object[]]>([
    [
      { type: 'refresh_failed', reason: 'server_error', httpStatus: 500, ms: 7 },
      [line(40, 'operator_call', { code: 'server_error', httpStatus: 500, ms: 7 })],
    ],
    [
      { type: 'generate_failed', reason: 'wrong_secret', httpStatus: 400, ms: 7 },
      [line(50, 'operator_misconfigured', { code: 'wrong_secret', httpStatus: 400, ms: 7 })],
    ],
    [
      { type: 'refresh_failed', reason: 'clock_skew', clockSkewMs: 90_000, ms: 7 },
      [line(50, 'operator_misconfigured', { code: 'clock_skew', clockSkewMs: 90_000, ms: 7 })],
    ],
    [
      { type: 'generate_failed', reason: 'unexpected', ms: 7 },
      [line(40, 'operator_call', { code: 'unexpected', ms: 7 })],
    ],
    [{ type: 'recorded', what: 'opt_out' }, [line(30, 'opt_out_recorded')]],
    [{ type: 'recorded', what: 'granted' }, []],
    [{ type: 'cookie_rejected', reason: 'expired' }, [line(30, 'identity_not_opened', { code: 'expired' })]],
    [{ type: 'cookie_too_large', size: 4000 }, [line(50, 'identity_too_large', { size: 4000 })]],
    [{ type: 'refreshed', ms: 7 }, []],
    [{ type: 'resolved', surface: 'page', status: 'available', ms: 1 }, []],
  ])('has the right lines for %j', (event, expected) => {
    recordEvent(event)
    expect(lines).toEqual(expected)
  })
})
