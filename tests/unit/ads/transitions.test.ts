import { describe, expect, test } from 'vitest'
import { messageAbout } from '#lib/ads/token-store/refresh-scheduler.ts'
import {
  eventsBetween,
  holdsAuction,
  isAwaiting,
  isOutdated,
  LOADING,
  mustRefetch,
  type TokenState,
} from '#lib/ads/token-store/transitions.ts'
import { available, plain, SERVER_NOW, unavailable, unsupported } from './browser-stub.ts'

const withheld: TokenState = { status: 'withheld', now: SERVER_NOW, refreshFrom: SERVER_NOW + 1 }
const [a, b] = [available('A'), available('B')]

describe('events between two states', () => {
  test.each<[string, TokenState, TokenState, string[]]>([
    ['the first token', LOADING, a, ['available']],
    ['the same token again', a, available('A', { now: SERVER_NOW + 1 }), []],
    ['a newer token', a, b, ['refreshed']],
    ['a token after a denial', plain('no_choice'), a, ['available']],
    ['a sign-out', a, plain('signed_out'), ['cleared']],
    ['no token at all', LOADING, plain('signed_out'), ['cleared']],
    ['the same denial again', plain('denied'), plain('denied'), []],
    ['another denial', plain('denied'), unsupported('gdpr'), ['cleared']],
    ['the control group', LOADING, withheld, ['withheld']],
    ['the control group after a token', a, withheld, ['cleared', 'withheld']],
    ['a token that is read again', a, LOADING, ['cleared']],
    ['a token that is to be refreshed', a, plain('refreshing'), ['cleared']],
    ['nothing known, and then a refresh', LOADING, plain('refreshing'), []],
  ])('%s', (_name, before, after, events) => {
    expect(eventsBetween(before, after, false)).toEqual(events)
  })

  test('another token of a possibly other reader clears the first one (S1)', () => {
    expect(eventsBetween(a, b, true)).toEqual(['cleared', 'available'])
    expect(eventsBetween(a, available('A'), true)).toEqual([])
  })
})

describe('other tabs', () => {
  test.each<[string, TokenState, TokenState, string | null]>([
    ['no message for a first token', LOADING, a, null],
    ['no message for the same token', a, available('A'), null],
    ['`changed` for a newer token', a, b, 'changed'],
    ['`changed` for a lost token', a, plain('signed_out'), 'changed'],
    ['`none` for a reader without a token', LOADING, plain('signed_out'), 'none'],
  ])('get %s', (_name, before, after, message) => {
    expect(messageAbout(before, after)).toBe(message)
  })

  test('make this tab read after `changed`, and after `none` if it has a token', () => {
    expect(mustRefetch('changed', plain('denied'))).toBe(true)
    expect(mustRefetch('none', a)).toBe(true)
    expect(mustRefetch('none', plain('denied'))).toBe(false)
    expect(mustRefetch('cleared', a)).toBe(false)
  })
})

test('only a state that awaits a token becomes unavailable after a failed request', () => {
  const awaiting = [LOADING, plain('refreshing'), a, withheld, plain('denied'), unavailable].filter(
    isAwaiting,
  )
  expect(awaiting).toEqual([LOADING, plain('refreshing')])
})

test('an inline identity is outdated by a newer answer, and a token by a pending sign-out', () => {
  expect(isOutdated(a, SERVER_NOW + 1, false)).toBe(true)
  expect(isOutdated(a, SERVER_NOW, false)).toBe(false)
  expect(isOutdated(a, SERVER_NOW - 1, true)).toBe(true)
  expect(isOutdated(plain('signed_out'), SERVER_NOW - 1, true)).toBe(false)
})

test.each<[string, TokenState, { post: unknown } | null, boolean]>([
  ['the first answer', LOADING, null, true],
  ['a GET', a, { post: null }, true],
  ['a POST that may bring a token', plain('refreshing'), { post: {} }, true],
  ['no POST when there is a token', a, { post: {} }, false],
  ['no POST after a denial', unsupported('consent'), { post: {} }, false],
  ['nothing when nothing is under way', plain('denied'), null, false],
])('an auction waits for %s', (_name, state, pending, waits) => {
  expect(holdsAuction(state, pending)).toBe(waits)
})
