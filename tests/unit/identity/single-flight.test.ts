import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSingleFlight, processWide } from '#lib/identity/single-flight.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A run that ends on request. */
function manual() {
  let end: (result: string) => void = () => {}
  const promise = new Promise<string>((resolve) => {
    end = resolve
  })
  const run = vi.fn(() => promise)
  return { run, end }
}

describe('a single flight', () => {
  it('starts again after a run that rejected', async () => {
    const singleFlight = createSingleFlight<string>(() => 60_000)
    await expect(singleFlight.start('a', () => Promise.reject(new Error('x'))).promise).rejects.toThrow('x')
    expect(await singleFlight.start('a', async () => 'done').promise).toBe('done')
  })

  it('runs once for all parallel callers of a key (N3)', async () => {
    const singleFlight = createSingleFlight<string>(() => 60)
    const { run, end } = manual()
    const calls = Array.from({ length: 50 }, () => singleFlight.start('a', run))
    end('done')
    expect(await Promise.all(calls.map(({ promise }) => promise))).toEqual(Array(50).fill('done'))
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('runs again for another key', () => {
    const singleFlight = createSingleFlight<string>(() => 60)
    const { run } = manual()
    expect(singleFlight.start('a', run)).not.toBe(singleFlight.start('b', run))
    expect(run).toHaveBeenCalledTimes(2)
  })

  it('remembers its result for the given time after its end, and no longer', async () => {
    const singleFlight = createSingleFlight<string>(() => 60)
    const { run, end } = manual()
    const call = singleFlight.start('a', run)
    vi.advanceTimersByTime(1_000_000)
    expect(singleFlight.find('a')).toBe(call)
    expect(call.result).toBeUndefined()
    end('done')
    await call.promise
    vi.advanceTimersByTime(59)
    expect(singleFlight.find('a')?.result).toBe('done')
    expect(singleFlight.start('a', run)).toBe(call)
    vi.advanceTimersByTime(1)
    expect(singleFlight.find('a')).toBeUndefined()
    singleFlight.start('a', run)
    expect(run).toHaveBeenCalledTimes(2)
  })

  it('forgets a result with no time to keep at once; its callers get it', async () => {
    const singleFlight = createSingleFlight<string>(() => 0)
    const call = singleFlight.start('a', async () => 'once')
    expect(await call.promise).toBe('once')
    expect(call.result).toBe('once')
    expect(singleFlight.find('a')).toBeUndefined()
  })

  it('does not keep the process alive while it remembers a result', async () => {
    vi.useRealTimers()
    const set = vi.spyOn(globalThis, 'setTimeout')
    await createSingleFlight<string>(() => 60_000).start('a', async () => 'done').promise
    const timers = set.mock.results.map(({ value }) => value as NodeJS.Timeout)
    expect(timers.map((timer) => timer.hasRef())).toEqual([false])
  })

  it('remembers a result without the request that began its run', async () => {
    vi.useRealTimers()
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    const singleFlight = createSingleFlight<string>(() => 60_000)
    const begin = async () => {
      const request = { cookie: 'c'.repeat(3000) }
      await singleFlight.start('a', async () => `${request.cookie.length}`).promise
      return new WeakRef(request)
    }
    const request = await begin()
    // What a WeakRef was made of lives until the end of its turn.
    await new Promise(setImmediate)
    collectGarbage()
    expect(request.deref()).toBeUndefined()
    expect(singleFlight.find('a')?.result).toBe('3000')
  })

  it('drops the oldest when there are too many results', () => {
    const singleFlight = createSingleFlight<string>(() => 60, 100)
    const { run } = manual()
    for (let key = 0; key <= 100; key++) singleFlight.start(String(key), run)
    expect(['0', '1', '100'].map((key) => singleFlight.find(key) !== undefined)).toEqual([false, true, true])
  })

  it('leaves no timer for a dropped result, which would keep it in memory (S24)', async () => {
    const singleFlight = createSingleFlight<number>(() => 3_600_000, 100)
    for (let key = 0; key < 110; key++) await singleFlight.start(String(key), async () => key).promise
    expect(vi.getTimerCount()).toBe(100)
  })

  it('keeps a later result of a key when the time of a dropped one is over', async () => {
    const singleFlight = createSingleFlight<string>(() => 60, 100)
    const first = singleFlight.start('a', async () => 'first')
    await first.promise
    for (let key = 0; key < 100; key++) singleFlight.start(String(key), manual().run)
    const second = singleFlight.start('a', manual().run)
    vi.advanceTimersByTime(60)
    expect(singleFlight.find('a')).toBe(second)
  })
})

it('a process-wide value is made once for each name', () => {
  const make = vi.fn(() => ({}))
  expect(processWide('test a', make)).toBe(processWide('test a', make))
  expect(processWide('test b', make)).not.toBe(processWide('test a', make))
  expect(make).toHaveBeenCalledTimes(2)
})
