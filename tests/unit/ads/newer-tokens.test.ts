import { describe, expect, it } from 'vitest'
import { newerTokens } from '#app/(lab)/_parts/newer-tokens.ts'

const by = (person: string, refreshedAt: number) => ({ reading: { person, refreshedAt } })
const withoutToken = { reading: {} }

describe('the first request with a newer token of the same person', () => {
  it('is marked, once for each token', () => {
    expect(newerTokens([by('a', 3), by('a', 2), by('a', 2), by('a', 1)])).toEqual([true, false, true, false])
  })

  it('is neither the first of all nor one after another person’s', () => {
    expect(newerTokens([by('a', 1)])).toEqual([false])
    expect(newerTokens([by('b', 2), by('a', 1)])).toEqual([false, false])
  })

  it('is not one with an older token that another part still had', () => {
    expect(newerTokens([by('a', 1), by('a', 2), by('a', 1)])).toEqual([false, true, false])
  })

  it('is found across requests without a token', () => {
    expect(newerTokens([by('a', 2), withoutToken, by('a', 1)])).toEqual([true, false, false])
  })
})
