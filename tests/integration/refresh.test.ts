import { beforeEach, describe, expect, it } from 'vitest'
import { dueAtOnce, type Fault } from '../support/operator.ts'
import { identityCookie, livePage } from '../support/publication.ts'
import { newEmail, signedIn, tokenIn, withToken } from '../support/reader.ts'
import { siteWithOperator } from '../support/shared-site.ts'
import { until } from '../support/until.ts'

const { site, operator } = await siteWithOperator()
const expired = { identityMs: 1, refreshFromMs: 1, refreshMs: 86_400_000 }

beforeEach(() => operator.set({ lifetimes: dueAtOnce }))

/** Resets the operator's counters. The next tokens are due at once, or not. */
const operatorWith = (faults: Fault[] = []) => operator.set({ lifetimes: dueAtOnce, faults })

describe('a due token', () => {
  it('is refreshed once for 50 parallel requests to all surfaces, and only a POST waits (N3)', async () => {
    const reader = await withToken(site)
    await operator.set({ faults: [{ on: 'refresh', kind: 'hang' }] })
    const paths = ['/', '/privacy', livePage, '/api/identity']
    const pages = Array.from({ length: 40 }, (_, i) => reader.twin().fetch(paths[i % 4] ?? '/'))
    const posts = Array.from({ length: 10 }, () => reader.twin().ensure())
    for (const page of await Promise.all(pages)) expect(page.status).toBe(200)
    await until(async () => (await operator.calls()).refresh > 0)
    await operator.release()
    expect(new Set((await Promise.all(posts)).map(tokenIn)).size).toBe(1)
    expect((await operator.calls()).refresh).toBe(1)
  })

  it('is refreshed behind a page; the request that stores it has it, as page and as route (N2)', async () => {
    const reader = await withToken(site)
    const { token: old } = reader
    const sealed = reader.jar.get(identityCookie)
    await operator.set({})
    await reader.twin().fetch('/privacy')
    let token = old
    await until(async () => {
      token = tokenIn(await reader.twin().identity())
      return token !== old
    })
    const page = await (await reader.fetch(livePage)).text()
    expect(page).toContain(token)
    expect(page).not.toContain(old)
    expect(reader.jar.get(identityCookie)).not.toBe(sealed)
    expect(tokenIn(await reader.identity())).toBe(token)
    expect((await operator.calls()).refresh).toBe(1)
  })

  it('is refreshed by a POST, which answers with the new one and stores it', async () => {
    const reader = await withToken(site)
    await operator.set({})
    const token = tokenIn(await reader.ensure())
    expect(token).not.toBe(reader.token)
    expect(tokenIn(await reader.identity())).toBe(token)
  })

  it('is left alone by prefetches, files and other routes (N5, N6)', async () => {
    const reader = await withToken(site)
    await operatorWith()
    for (const headers of [
      { 'next-router-prefetch': '1' },
      { rsc: '1', 'next-router-prefetch': '1' },
      { purpose: 'prefetch' },
      { 'sec-purpose': 'prefetch' },
    ] as Record<string, string>[])
      await reader.fetch('/privacy', { headers })
    for (const path of ['/icon.svg', '/_next/static/nothing.js', '/api/health']) await reader.fetch(path)
    expect((await operator.calls()).refresh).toBe(0)
  })
})

describe('an operator that fails', () => {
  it('to answer a refresh at all delays no page and costs no token (U4)', async () => {
    const reader = await withToken(site)
    await operatorWith([{ on: 'refresh', kind: 'hang' }])
    expect((await reader.fetch('/privacy')).status).toBe(200)
    expect(tokenIn(await reader.identity())).toBe(reader.token)
    // The page and GET have ended while the operator still holds its reply.
    await until(async () => (await operator.calls()).refresh === 1)
  })

  it.each<[string, Fault]>([
    ['resets the connection', { on: 'refresh', kind: 'reset' }],
    ['answers garbage', { on: 'refresh', kind: 'garbage' }],
    ['refuses our key', { on: 'refresh', status: 401 }],
  ])('when it %s leaves the token in use, and is not asked again at once (U2, U4)', async (_, fault) => {
    const reader = await withToken(site)
    await operatorWith([fault])
    for (const ask of [reader.ensure, reader.ensure, reader.identity])
      expect(tokenIn(await ask())).toBe(reader.token)
    await reader.fetch('/privacy')
    expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 1 })
  })

  it('at a generate loses no choice: the status is unavailable, and a pause follows (U4)', async () => {
    await operatorWith([{ on: 'generate', status: 500 }])
    const reader = await signedIn(site)
    const unavailable = { status: 'unavailable', reason: 'operator' }
    expect(await reader.choose('granted')).toMatchObject(unavailable)
    expect(await reader.ensure()).toMatchObject(unavailable)
    expect((await operator.calls()).generate).toBe(1)
  })
})

describe('an expired token', () => {
  it('is never given out: GET waits for its refresh (U1)', async () => {
    await operator.set({ lifetimes: expired })
    const reader = await signedIn(site)
    expect(await reader.choose('granted')).toMatchObject({ status: 'refreshing' })
    await operator.set({})
    expect(await reader.identity()).toMatchObject({ status: 'available' })
    expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 1 })
  })

  it('that cannot be refreshed any more is generated again by a POST, not by a GET', async () => {
    await operator.set({ lifetimes: { ...expired, refreshMs: 1 } })
    const reader = await signedIn(site)
    await reader.choose('granted')
    await operatorWith()
    expect(await reader.identity()).toMatchObject({ status: 'refreshing' })
    expect((await operator.calls()).generate).toBe(0)
    expect(await reader.ensure()).toMatchObject({ status: 'available' })
  })
})

it('the operator is not called before the reader has consented, nor after a denial (U25)', async () => {
  const reader = await signedIn(site, newEmail())
  for (const ask of [reader.identity, reader.ensure])
    expect(await ask()).toMatchObject({ status: 'no_choice' })
  await reader.fetch('/')
  await reader.choose('denied')
  expect(await reader.ensure()).toMatchObject({ status: 'denied' })
  expect((await operator.calls()).generate).toBe(0)
})
