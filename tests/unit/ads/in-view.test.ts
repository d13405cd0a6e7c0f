import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { browserView } from '#lib/ads/slots/in-view.ts'

type Entry = Pick<IntersectionObserverEntry, 'isIntersecting' | 'intersectionRatio'>

/** Every observer of the page that has not been disconnected. */
let observers: Array<{ options: IntersectionObserverInit; say(...ratios: number[]): void }>
let document: EventTarget & { visibilityState: string }
/** Of the listeners on the document. */
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
        // `isIntersecting` may be true of less than the threshold: the first answer of some browsers is.
        const say = (...ratios: number[]) =>
          run(ratios.map((ratio) => ({ isIntersecting: ratio > 0, intersectionRatio: ratio })))
        this.#own = { options, say }
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

describe('near', () => {
  test.each([
    ['in view', 500],
    ['five screens below', 5_999],
    ['five screens above', -5_249],
  ])('a place %s is so at once, and nothing is watched', (_where, top) => {
    const run = vi.fn()
    browserView().whenNear(at(top), 5, run)()
    expect(run).toHaveBeenCalledTimes(1)
    expect(observers).toEqual([])
  })

  test.each([
    ['below', 6_000],
    ['above', -5_250],
  ])('a place further %s is so once, when it comes within so many screens', (_where, top) => {
    const run = vi.fn()
    browserView().whenNear(at(top), 5, run)
    expect(observers.map(({ options }) => options.rootMargin)).toEqual(['5000px 0px'])
    const [observer] = observers
    observer?.say(0)
    expect(run).not.toHaveBeenCalled()
    observer?.say(0.01)
    expect(run).toHaveBeenCalledTimes(1)
    expect(observers).toEqual([])
  })

  test('a place that goes before is watched no longer (P8)', () => {
    const run = vi.fn()
    browserView().whenNear(at(9_000), 5, run)()
    expect(observers).toEqual([])
    expect(run).not.toHaveBeenCalled()
  })
})

describe('seen', () => {
  const watch = () => {
    const run = vi.fn()
    const end = browserView().whenSeen(at(0), 30_000, run)
    const [observer] = observers
    if (!observer) throw new Error('nothing is watched')
    return { run, end, say: observer.say }
  }

  test('is what has been in view by half for so long, once, and then nothing is left over (P8)', () => {
    const { run, say } = watch()
    vi.advanceTimersByTime(60_000)
    expect(run).not.toHaveBeenCalled()
    say(0.5)
    vi.advanceTimersByTime(29_999)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(run).toHaveBeenCalledTimes(1)
    expect([observers.length, listening, vi.getTimerCount()]).toEqual([0, 0, 0])
    look('visible')
    vi.advanceTimersByTime(60_000)
    expect(run).toHaveBeenCalledTimes(1)
  })

  test('less than half does not count', () => {
    const { run, say } = watch()
    say(0.49)
    vi.advanceTimersByTime(60_000)
    expect(run).not.toHaveBeenCalled()
  })

  test('the last of several reports is what holds', () => {
    const { run, say } = watch()
    say(1, 0)
    vi.advanceTimersByTime(60_000)
    expect(run).not.toHaveBeenCalled()
  })

  test('time in view adds up; out of view, and in a hidden tab, it stops', () => {
    const { run, say } = watch()
    say(1)
    vi.advanceTimersByTime(10_000)
    say(0)
    vi.advanceTimersByTime(60_000)
    say(1)
    vi.advanceTimersByTime(10_000)
    look('hidden')
    vi.advanceTimersByTime(60_000)
    say(1)
    vi.advanceTimersByTime(60_000)
    look('visible')
    vi.advanceTimersByTime(9_999)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(run).toHaveBeenCalledTimes(1)
  })

  test('a place that goes before is watched no longer (P8)', () => {
    const { run, end, say } = watch()
    say(1)
    end()
    vi.advanceTimersByTime(60_000)
    expect(run).not.toHaveBeenCalled()
    expect([observers.length, listening, vi.getTimerCount()]).toEqual([0, 0, 0])
  })
})

describe('N28: where a browser cannot watch', () => {
  class Refused {
    constructor() {
      throw new DOMException('The operation is insecure.', 'SecurityError')
    }
  }

  test.each([
    ['is missing', undefined],
    ['throws', Refused],
  ])('because the API %s, every slot is near, and none has been seen', (_, api) => {
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
