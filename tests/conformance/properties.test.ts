import { describe, it } from 'vitest'
import { properties } from './properties.ts'

// tests/soak has more of them.
const runs = 200

describe(`of ${runs} inputs made at random`, () => {
  it.each(properties)('%s', async (_, check) => check(runs), 30_000)
})
