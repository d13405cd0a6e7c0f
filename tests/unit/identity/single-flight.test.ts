import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSingleFlight, processWide } from '#lib/identity/single-flight.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A run that ends when it is told to. */
function manual() {
  let end: (result: string) => void = () => {}
  const promise = new Promise<string>((resolve) => {
    end = resolve
  })
  const run = vi.fn(() => promise)
  return { run, end }
}

describe('a single flight', () => {
  it('is one run for all parallel callers of a key (N3)', async () => {
    const flights = createSingleFlight<string>(() => 60)
    const { run, end } = manual()
    const all = Array.from({ length: 50 }, () => flights.start('a', run))
    end('done')
    expect(await Promise.all(all.map(({ promise }) => promise))).toEqual(Array(50).fill('done'))
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('is another one for another key', () => {
    const flights = createSingleFlight<string>(() => 60)
    const { run } = manual()
    expect(flights.start('a', run)).not.toBe(flights.start('b', run))
    expect(run).toHaveBeenCalledTimes(2)
  })

  it('has its result remembered for as long as was asked, counted from its end, and no longer', async () => {
    const flights = createSingleFlight<string>(() => 60)
    const { run, end } = manual()
    const flight = flights.start('a', run)
    vi.advanceTimersByTime(1_000_000)
    expect(flights.find('a')).toBe(flight)
    expect(flight.result).toBeUndefined()
    end('done')
    await flight.promise
    vi.advanceTimersByTime(59)
    expect(flights.find('a')?.result).toBe('done')
    expect(flights.start('a', run)).toBe(flight)
    vi.advanceTimersByTime(1)
    expect(flights.find('a')).toBeUndefined()
    flights.start('a', run)
    expect(run).toHaveBeenCalledTimes(2)
  })

  it('whose result is not to be kept is forgotten at once, though its callers have it', async () => {
    const flights = createSingleFlight<string>(() => 0)
    const flight = flights.start('a', async () => 'once')
    expect(await flight.promise).toBe('once')
    expect(flight.result).toBe('once')
    expect(flights.find('a')).toBeUndefined()
  })

  it('does not keep the process from ending while its result is remembered', async () => {
    vi.useRealTimers()
    const set = vi.spyOn(globalThis, 'setTimeout')
    await createSingleFlight<string>(() => 60_000).start('a', async () => 'done').promise
    const timers = set.mock.results.map(({ value }) => value as NodeJS.Timeout)
    expect(timers.map((timer) => timer.hasRef())).toEqual([false])
  })

  it('is held in bounded memory: of more than 10,000 the oldest goes', () => {
    const flights = createSingleFlight<string>(() => 60)
    const { run } = manual()
    for (let key = 0; key <= 10_000; key++) flights.start(String(key), run)
    expect(['0', '1', '10000'].map((key) => flights.find(key) !== undefined)).toEqual([false, true, true])
  })

  it('that was pushed out leaves no timer, which would keep its result (S24)', async () => {
    const flights = createSingleFlight<number>(() => 3_600_000)
    for (let key = 0; key < 10_100; key++) await flights.start(String(key), async () => key).promise
    expect(vi.getTimerCount()).toBe(10_000)
  })

  it('that was displaced does not touch a later one of its key when its time is over', async () => {
    const flights = createSingleFlight<string>(() => 60)
    const first = flights.start('a', async () => 'first')
    await first.promise
    for (let key = 0; key < 10_000; key++) flights.start(String(key), manual().run)
    const second = flights.start('a', manual().run)
    vi.advanceTimersByTime(60)
    expect(flights.find('a')).toBe(second)
  })
})

it('a process-wide value is made once for each name', () => {
  const make = vi.fn(() => ({}))
  expect(processWide('test a', make)).toBe(processWide('test a', make))
  expect(processWide('test b', make)).not.toBe(processWide('test a', make))
  expect(make).toHaveBeenCalledTimes(2)
})
