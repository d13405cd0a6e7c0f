import { beforeEach, describe, expect, it } from 'vitest'
import { createFlights } from '#lib/shared/flights.ts'

let now = 0
beforeEach(() => {
  now = 0
})

const tower = (limit = 100, keep = 60) => createFlights<string>({ keepMs: () => keep, limit, now: () => now })

/** A run that ends when it is told to. */
function runway() {
  let land: (result: string) => void = () => {}
  const promise = new Promise<string>((resolve) => {
    land = resolve
  })
  let runs = 0
  return {
    run: () => {
      runs++
      return promise
    },
    land,
    runs: () => runs,
  }
}

describe('N3: single flight', () => {
  it('parallel callers of one key share one run', async () => {
    const flights = tower()
    const { run, land, runs } = runway()
    const all = Array.from({ length: 50 }, () => flights.start('a', run))
    land('landed')
    expect(await Promise.all(all.map(({ promise }) => promise))).toEqual(Array(50).fill('landed'))
    expect(runs()).toBe(1)
  })

  it('keys fly apart', () => {
    const flights = tower()
    const { run, runs } = runway()
    flights.start('a', run)
    flights.start('b', run)
    expect(runs()).toBe(2)
  })

  it('the result is remembered for as long as was asked, and not a moment longer', async () => {
    const flights = tower()
    const { run, land, runs } = runway()
    const flight = flights.start('a', run)
    expect(flight.settled).toBeUndefined()
    land('landed')
    await flight.promise
    now = 59
    expect(flights.find('a')?.settled).toBe('landed')
    expect(flights.start('a', run)).toBe(flight)
    now = 60
    expect(flights.find('a')).toBeUndefined()
    flights.start('a', run)
    expect(runs()).toBe(2)
  })

  it('the time is counted from the landing, however long the flight was', async () => {
    const flights = tower()
    const { run, land } = runway()
    const { promise } = flights.start('a', run)
    now = 1_000_000
    expect(flights.find('a')).toBeDefined()
    land('late')
    await promise
    now += 59
    expect(flights.find('a')?.settled).toBe('late')
  })

  it('a result that is not to be kept is forgotten at once, though whoever waited has it', async () => {
    const flights = tower(100, 0)
    const flight = flights.start('a', async () => 'once')
    expect(await flight.promise).toBe('once')
    expect(flight.settled).toBe('once')
    expect(flights.find('a')).toBeUndefined()
  })

  it('holds no more than its limit: the oldest goes first', () => {
    const flights = tower(3)
    for (const key of ['a', 'b', 'c', 'd']) flights.start(key, () => new Promise(() => {}))
    expect(['a', 'b', 'c', 'd'].map((key) => flights.find(key) !== undefined)).toEqual([
      false,
      true,
      true,
      true,
    ])
  })
})
