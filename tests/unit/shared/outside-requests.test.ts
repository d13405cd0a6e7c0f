import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'
import { captureOutside, outsideRequests } from '#lib/shared/outside-requests.ts'

const requests = new AsyncLocalStorage<object>()

describe('what runs outside requests', () => {
  it('sees no request, nor does what it begins', async () => {
    const seen = await requests.run({}, () =>
      outsideRequests(async () => {
        const atOnce = requests.getStore()
        await new Promise((resolve) => setImmediate(resolve))
        return [atOnce, requests.getStore()]
      }),
    )
    expect(seen).toEqual([undefined, undefined])
  })

  it('gives back what the function returns or throws, and leaves the caller in its request', () => {
    const request = {}
    requests.run(request, () => {
      expect(outsideRequests(() => 7)).toBe(7)
      expect(() =>
        outsideRequests(() => {
          throw new Error('as is')
        }),
      ).toThrow('as is')
      expect(requests.getStore()).toBe(request)
    })
  })

  it('runs in the context that boot captured, once it has', () => {
    const start = {}
    requests.run(start, captureOutside)
    expect(requests.run({}, () => outsideRequests(() => requests.getStore()))).toBe(start)
    captureOutside()
  })
})
