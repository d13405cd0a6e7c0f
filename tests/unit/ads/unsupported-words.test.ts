import { describe, expect, test } from 'vitest'
import { statusWords } from '#app/_ui/status-words.ts'
import { canAnswer } from '#app/(account)/choice/current-answer.ts'

describe('a reader whose address or number cannot be used', () => {
  test.each([
    ['unverified', 'your address or number is not confirmed'],
    ['no_dii', 'your account has no address or number'],
    ['relay_address', 'you signed in with a private relay address'],
    ['bad_phone', 'we could not read your phone number'],
  ] as const)('reads why (%s), and is not asked for consent (U8)', (reason, words) => {
    const identity = { status: 'unsupported', reason, now: 1 } as const
    expect(statusWords(identity, 'uid2').line).toContain(words)
    expect(canAnswer(identity)).toBe(false)
  })
})
