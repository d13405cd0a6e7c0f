import { describe, it } from 'vitest'
import { properties } from './properties.ts'

// tests/soak runs more.
const runs = 200

describe(`properties of lib/uid2, with ${runs} random inputs each`, () => {
  it.each(properties)('%s', async (_, check) => check(runs), 30_000)
})
