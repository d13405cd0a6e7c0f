import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'
import { captureStartContext, runOutsideRequests } from '#lib/shared/outside-requests.ts'

const requests = new AsyncLocalStorage<object>()

describe('code that runs outside requests', () => {
  it('sees no request, and neither does what it starts', async () => {
    const seen = await requests.run({}, () =>
      runOutsideRequests(async () => {
        const atOnce = requests.getStore()
        await new Promise((resolve) => setImmediate(resolve))
        return [atOnce, requests.getStore()]
      }),
    )
    expect(seen).toEqual([undefined, undefined])
  })

  it('returns or throws what the function does, and leaves the caller in its request', () => {
    const request = {}
    requests.run(request, () => {
      expect(runOutsideRequests(() => 7)).toBe(7)
      expect(() =>
        runOutsideRequests(() => {
          throw new Error('as is')
        }),
      ).toThrow('as is')
      expect(requests.getStore()).toBe(request)
    })
  })

  it('runs in the context that was captured at start', () => {
    const start = {}
    requests.run(start, captureStartContext)
    expect(requests.run({}, () => runOutsideRequests(() => requests.getStore()))).toBe(start)
    captureStartContext()
  })
})
