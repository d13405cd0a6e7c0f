import { expect, type Page, test } from '@playwright/test'
import { example } from '../../scripts/support/build.mjs'
import { npm } from '../../scripts/support/npm.mjs'
import { type Calls, dueAtOnce } from '../support/operator.ts'
import { PageWatch } from '../support/page-watch.ts'
import { bareEnvironment, collectOutput, freePort } from '../support/site.ts'
import { spawnForTests } from '../support/spawn.ts'
import { eidsOf } from './acts.ts'

/** `npm start` in examples/minimal, until it is ready. Builds the app, if needed. */
async function npmStart() {
  const [command, args, options] = npm(['start'])
  const env = { ...bareEnvironment(), PORT: String(await freePort()) }
  const child = spawnForTests(command, args, { ...options, cwd: example.folder, env })
  const log = collectOutput(child)
  const ended = new Promise<never>((_, reject) => child.once('close', () => reject(new Error(log()))))
  // The last line that it prints.
  const ready = new Promise<void>((resolve) => {
    child.stdout?.on('data', () => /Next: sign in/.test(log()) && resolve())
  })
  await Promise.race([ready, ended])
  ended.catch(() => {})
  const printed = (pattern: RegExp) => pattern.exec(log())?.[1] ?? ''
  return {
    origin: printed(/^ready (\S+)/m),
    faults: `${printed(/^UID2_BASE_URL=(\S+)/m)}/faults`,
    stop: () => child.kill(),
  }
}

async function signIn(page: Page, email: string) {
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByLabel('E-mail').fill(email)
  await page.getByRole('button', { name: /^Sign in/ }).click()
}

async function signOut(page: Page) {
  await page.getByRole('link', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByRole('status')).toHaveText('signed_out')
}

test('examples/minimal: npm start, sign in, yes, bid, refresh in the proxy, sign out, no', async ({
  browser,
}) => {
  const { origin, faults, stop } = await npmStart()
  const context = await browser.newContext({ baseURL: origin })
  const watch = new PageWatch()
  watch.follow(context)
  const page = await context.newPage()
  const calls = async () => ((await (await fetch(faults)).json()) as { calls: Calls }).calls
  const status = page.getByRole('status')
  const ad = page.getByTitle('Advertisement').contentFrame()
  const lastEids = () => watch.auctions.at(-1)?.eids
  const view = async () => {
    const html = (await (await page.goto('/'))?.text()) ?? ''
    return /advertisingToken\\?":\\?"([^"\\]+)/.exec(html)?.[1] ?? ''
  }
  let token = ''

  await test.step('signed out, the ad is bought without an identity', async () => {
    expect(await view()).toBe('')
    await expect(status).toHaveText('signed_out')
    await expect(ad.getByText('Bought without an identity')).toBeVisible()
    expect(lastEids()).toBeUndefined()
  })

  await test.step('a sign-in calls no operator', async () => {
    await signIn(page, 'reader@example.com')
    await expect(status).toHaveText('no_choice')
    expect(await calls()).toMatchObject({ generate: 0, refresh: 0 })
  })

  await test.step('a yes makes one token, which is in the bid request', async () => {
    await fetch(faults, { method: 'POST', body: JSON.stringify({ lifetimes: dueAtOnce }) })
    await page.getByRole('button', { name: 'Yes' }).click()
    await expect(status).toHaveText('available')
    await expect(ad.getByText('Bought with your UID2')).toBeVisible()
    expect(await calls()).toMatchObject({ generate: 1 })
    token = await view()
    await expect(ad.getByText('Bought with your UID2')).toBeVisible()
    expect(lastEids()).toEqual(eidsOf(token))
  })

  await test.step('a due token is refreshed in the proxy, and the page of the same request has the new one', async () => {
    const first = token
    await expect(async () => {
      token = await view()
      expect(token).not.toBe(first)
    }).toPass()
    await expect(ad.getByText('Bought with your UID2')).toBeVisible()
    expect(lastEids()).toEqual(eidsOf(token))
    expect(await calls()).toMatchObject({ generate: 1 })
  })

  await test.step('a sign-out leaves nothing', async () => {
    await signOut(page)
    await expect(ad.getByText('Bought without an identity')).toBeVisible()
    expect(lastEids()).toBeUndefined()
    const names = (await context.cookies()).map(({ name }) => name)
    // next-auth's own, which say nothing about the reader.
    expect(names.sort()).toEqual(['next-auth.callback-url', 'next-auth.csrf-token'])
    const stored = await page.evaluate(() => [document.cookie, { ...localStorage }, { ...sessionStorage }])
    expect(stored).toEqual(['', {}, {}])
    expect(await view()).toBe('')
  })

  await test.step('whoever said yes before gets a token at the next sign-in', async () => {
    await signIn(page, 'reader@example.com')
    await expect(status).toHaveText('available')
    await expect(ad.getByText('Bought with your UID2')).toBeVisible()
    expect(await calls()).toMatchObject({ generate: 2 })
  })

  await test.step('a no deletes the token, and is remembered', async () => {
    await page.getByRole('button', { name: 'No' }).click()
    await expect(status).toHaveText('denied')
    await expect(ad.getByText('Bought without an identity')).toBeVisible()
    expect((await context.cookies()).map(({ name }) => name)).not.toContain('uid2')
    await signOut(page)
    await signIn(page, 'READER@example.com')
    await expect(status).toHaveText('denied')
    expect(await view()).toBe('')
    expect(await calls()).toMatchObject({ generate: 2 })
  })

  expect(watch.complaints()).toEqual([])
  stop()
})
