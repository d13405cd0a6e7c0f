import { describe, it } from 'vitest'
import { properties } from '../conformance/properties.ts'

const runs = 20_000

describe(`lib/uid2, of ${runs} inputs made at random`, () => {
  it.each(properties)('%s', async (_, check) => check(runs))
})
