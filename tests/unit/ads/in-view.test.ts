import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { browserView } from '#lib/ads/slots/in-view.ts'

type Entry = Pick<IntersectionObserverEntry, 'isIntersecting' | 'intersectionRatio'>

/** The observers that are not disconnected. */
let observers: Array<{ options: IntersectionObserverInit; report(...ratios: number[]): void }>
let document: EventTarget & { visibilityState: string }
/** The number of listeners on the document. */
let listening: number

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  observers = []
  listening = 0
  document = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  const { addEventListener, removeEventListener } = document
  document.addEventListener = (...args) => {
    listening += 1
    addEventListener.apply(document, args)
  }
  document.removeEventListener = (...args) => {
    listening -= 1
    removeEventListener.apply(document, args)
  }
  vi.stubGlobal('document', document)
  vi.stubGlobal('window', { innerHeight: 1_000, setTimeout, clearTimeout })
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      readonly #own
      constructor(run: (entries: Entry[]) => void, options: IntersectionObserverInit) {
        // Some browsers report `isIntersecting` below the threshold at first.
        const report = (...ratios: number[]) =>
          run(ratios.map((ratio) => ({ isIntersecting: ratio > 0, intersectionRatio: ratio })))
        this.#own = { options, report }
      }
      observe() {
        observers.push(this.#own)
      }
      disconnect() {
        observers = observers.filter((each) => each !== this.#own)
      }
    },
  )
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const at = (top: number, height = 250) =>
  ({ getBoundingClientRect: () => ({ top, bottom: top + height }) }) as unknown as Element

const look = (visibilityState: 'visible' | 'hidden') => {
  document.visibilityState = visibilityState
  document.dispatchEvent(new Event('visibilitychange'))
}

describe('whenNear', () => {
  test.each([
    ['in view', 500],
    ['five screens below', 5_999],
    ['five screens above', -5_249],
  ])('calls back at once for a place %s, and observes nothing', (_where, top) => {
    const run = vi.fn()
    browserView().whenNear(at(top), 5, run)()
    expect(run).toHaveBeenCalledTimes(1)
    expect(observers).toEqual([])
  })

  test.each([
    ['below', 6_000],
    ['above', -5_250],
  ])('calls back once for a place further %s, when it comes within so many screens', (_where, top) => {
    const run = vi.fn()
    browserView().whenNear(at(top), 5, run)
    expect(observers.map(({ options }) => options.rootMargin)).toEqual(['5000px 0px'])
    const [observer] = observers
    observer?.report(0)
    expect(run).not.toHaveBeenCalled()
    observer?.report(0.01)
    expect(run).toHaveBeenCalledTimes(1)
    expect(observers).toEqual([])
  })

  test('stops observing a place that leaves before (P8)', () => {
    const run = vi.fn()
    browserView().whenNear(at(9_000), 5, run)()
    expect(observers).toEqual([])
    expect(run).not.toHaveBeenCalled()
  })
})

describe('whenSeen', () => {
  const watch = () => {
    const run = vi.fn()
    const end = browserView().whenSeen(at(0), 30_000, run)
    const [observer] = observers
    if (!observer) throw new Error('nothing is watched')
    return { run, end, report: observer.report }
  }

  test('calls back once after half of the place was in view for long enough, and leaves nothing (P8)', () => {
    const { run, report } = watch()
    vi.advanceTimersByTime(60_000)
    expect(run).not.toHaveBeenCalled()
    report(0.5)
    vi.advanceTimersByTime(29_999)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(run).toHaveBeenCalledTimes(1)
    expect([observers.length, listening, vi.getTimerCount()]).toEqual([0, 0, 0])
    look('visible')
    vi.advanceTimersByTime(60_000)
    expect(run).toHaveBeenCalledTimes(1)
  })

  test('does not count less than half', () => {
    const { run, report } = watch()
    report(0.49)
    vi.advanceTimersByTime(60_000)
    expect(run).not.toHaveBeenCalled()
  })

  test('uses the last of several reports', () => {
    const { run, report } = watch()
    report(1, 0)
    vi.advanceTimersByTime(60_000)
    expect(run).not.toHaveBeenCalled()
  })

  test('adds up time in view, and stops out of view and in a hidden tab', () => {
    const { run, report } = watch()
    report(1)
    vi.advanceTimersByTime(10_000)
    report(0)
    vi.advanceTimersByTime(60_000)
    report(1)
    vi.advanceTimersByTime(10_000)
    look('hidden')
    vi.advanceTimersByTime(60_000)
    report(1)
    vi.advanceTimersByTime(60_000)
    look('visible')
    vi.advanceTimersByTime(9_999)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(run).toHaveBeenCalledTimes(1)
  })

  test('stops observing a place that leaves before (P8)', () => {
    const { run, end, report } = watch()
    report(1)
    end()
    vi.advanceTimersByTime(60_000)
    expect(run).not.toHaveBeenCalled()
    expect([observers.length, listening, vi.getTimerCount()]).toEqual([0, 0, 0])
  })
})

describe('a view without an IntersectionObserver', () => {
  class Refused {
    constructor() {
      throw new DOMException('The operation is insecure.', 'SecurityError')
    }
  }

  test.each([
    ['is missing', undefined],
    ['throws', Refused],
  ])('has every slot near and none seen where the API %s (N28)', (_, api) => {
    vi.stubGlobal('IntersectionObserver', api)
    const [near, seen] = [vi.fn(), vi.fn()]
    const leave = browserView().whenNear(at(90_000), 5, near)
    const end = browserView().whenSeen(at(0), 30_000, seen)
    expect(near).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(60_000)
    expect(seen).not.toHaveBeenCalled()
    leave()
    end()
    expect([listening, vi.getTimerCount()]).toEqual([0, 0])
  })
})
