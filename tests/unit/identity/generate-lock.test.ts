import { describe, expect, it, vi } from 'vitest'
import { kindsOf } from '#tests/support/core.ts'
import { fail, setUp } from './calls.ts'

describe('the shared lock around a generate', () => {
  /** A request that is not yet sent. */
  async function unsentGenerate() {
    const site = await setUp()
    let send = () => {}
    const gate = new Promise<void>((resolve) => {
      send = resolve
    })
    const { generateToken } = site.operator.client
    const reached = vi.fn()
    site.operator.client.generateToken = async (...args) => {
      reached()
      await gate
      return generateToken(...args)
    }
    const { promise } = site.generate()
    await vi.waitFor(() => expect(reached).toHaveBeenCalled())
    return { site, promise, send }
  }
  const turns = async () => {
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
  }

  it('is held until the request is sent: an opt-out is recorded only then (U3)', async () => {
    const { site, promise, send } = await unsentGenerate()
    const recorded = vi.fn()
    const recording = site.store.recordOptOut(site.subject.diiHash, 'uid2').then(recorded)
    await turns()
    expect(recorded).not.toHaveBeenCalled()
    send()
    await recording
    expect(await promise).toMatchObject({ status: 'success' })
  })

  it('is released before the answer arrives', async () => {
    const site = await setUp()
    let answer = () => {}
    const sending = vi.fn(
      () =>
        new Promise<Response>((resolve) => {
          answer = () => resolve(new Response())
        }),
    )
    vi.stubGlobal('fetch', sending)
    const { promise } = site.generate()
    await vi.waitFor(() => expect(sending).toHaveBeenCalled())
    vi.unstubAllGlobals()
    await site.store.recordOptOut(site.subject.diiHash, 'uid2')
    answer()
    expect(await promise).toMatchObject({ status: 'success' })
  })

  it('is released when the call fails before it is sent', async () => {
    const site = await setUp()
    site.operator.client.generateToken = fail(new TypeError('no key'))
    expect(await site.generate().promise).toEqual({ status: 'unavailable' })
    await site.store.recordOptOut(site.subject.diiHash, 'uid2')
  })

  it('may be lost after the request is sent: the answer counts', async () => {
    const site = await setUp()
    const { withSharedLock } = site.store
    site.store.withSharedLock = async (...args) => {
      await withSharedLock(...args)
      throw new Error('connection lost')
    }
    expect(await site.generate().promise).toMatchObject({ status: 'success' })
    expect(site.events).toMatchObject([{ type: 'generated' }])
  })

  it('may be taken twice: there is one call', async () => {
    const site = await setUp()
    const { withSharedLock } = site.store
    site.store.withSharedLock = async (...args) => {
      await withSharedLock(...args)
      return withSharedLock(...args)
    }
    expect(await site.generate().promise).toMatchObject({ status: 'success' })
    expect(kindsOf(site)).toEqual(['generate'])
  })
})
