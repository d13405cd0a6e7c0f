import { describe, it } from 'vitest'
import { properties } from '../conformance/properties.ts'

const runs = 20_000

describe(`lib/uid2, with ${runs} random inputs each`, () => {
  it.each(properties)('%s', async (_, check) => check(runs))
})
