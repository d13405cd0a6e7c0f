import { type Browser, expect, type Page, test } from '@playwright/test'
import { type Calls, dueAtOnce } from '../support/operator.ts'
import { PageWatch } from '../support/page-watch.ts'
import { eidsOf } from './acts.ts'

async function signIn(page: Page, email: string) {
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByLabel('E-mail').fill(email)
  await page.getByRole('button', { name: /^Sign in/ }).click()
}

async function signOut(page: Page) {
  await page.getByRole('link', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(statusOf(page)).toHaveText('signed_out')
}

const statusOf = (page: Page) => page.getByRole('status')
const tokenIn = (html: string) => /advertisingToken\\?":\\?"([^"\\]+)/.exec(html)?.[1]

/** Until an app that was started answers. */
export const waitUntilReady = (origin: string): Promise<void> =>
  expect
    .poll(() =>
      fetch(`${origin}/api/identity`).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200)

/**
 * The whole story of the minimal app, at its origin and with the URL of its operator. `withoutScript`: also with script
 * off, in which what Next streams into a page (under `cacheComponents`) is not shown.
 */
export async function useExample(
  browser: Browser,
  origin: string,
  operatorUrl: string,
  { withoutScript = true } = {},
): Promise<void> {
  const context = await browser.newContext({ baseURL: origin })
  const watch = new PageWatch()
  watch.follow(context)
  const page = await context.newPage()
  const faults = `${operatorUrl}/faults`
  const calls = async () => ((await (await fetch(faults)).json()) as { calls: Calls }).calls
  const status = statusOf(page)
  const cookies = async () => (await context.cookies()).map(({ name }) => name).sort()
  const expectAd = async (text: string, eids: object[] | undefined) => {
    await expect(page.getByTitle('Advertisement').contentFrame().getByText(text)).toBeVisible()
    expect(watch.auctions.at(-1)?.eids).toEqual(eids)
  }

  await test.step('signed out, the ad is bought without an identity', async () => {
    await page.goto('/')
    await expect(status).toHaveText('signed_out')
    await expectAd('Bought without an identity', undefined)
  })

  await test.step('a sign-in calls no operator', async () => {
    await signIn(page, 'reader@example.com')
    await expect(status).toHaveText('no_choice')
    expect(await calls()).toMatchObject({ generate: 0, refresh: 0 })
  })

  let token: string | undefined
  await test.step('a yes makes one token, which is in the bid request', async () => {
    await fetch(faults, { method: 'POST', body: JSON.stringify({ lifetimes: dueAtOnce }) })
    await page.getByRole('button', { name: 'Yes' }).click()
    await expect(status).toHaveText('available')
    expect(await calls()).toMatchObject({ generate: 1 })
    token = tokenIn((await (await page.goto('/'))?.text()) ?? '')
    await expectAd('Bought with your UID2', eidsOf(token ?? ''))
  })

  await test.step('a due token is refreshed in the proxy, and the page of the same request has the new one', async () => {
    // Without a page, no script asks for the refresh.
    await page.goto('about:blank')
    await expect(async () => {
      const answer = await context.request.get('/')
      expect(answer.headers()['set-cookie']).toMatch(/^uid2=/)
      const before = token
      token = tokenIn(await answer.text())
      expect(token).toEqual(expect.any(String))
      expect(token).not.toBe(before)
    }).toPass()
    expect(await calls()).toMatchObject({ generate: 1 })
  })

  await test.step('a sign-out leaves nothing', async () => {
    await page.goto('/')
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
    await signOut(page)
    await expectAd('Bought without an identity', undefined)
    const withOldCookies = await fetch(`${origin}/api/identity`, { headers: { cookie } })
    expect(await withOldCookies.json()).toMatchObject({ status: 'signed_out' })
    // next-auth's own, which say nothing about the reader.
    expect(await cookies()).toEqual(['next-auth.callback-url', 'next-auth.csrf-token'])
    const stored = await page.evaluate(() => [document.cookie, { ...localStorage }, { ...sessionStorage }])
    expect(stored).toEqual(['', {}, {}])
    expect(tokenIn(await (await context.request.get('/')).text())).toBeUndefined()
  })

  await test.step('a reader who said yes before gets a token at the next sign-in', async () => {
    await signIn(page, 'reader@example.com')
    await expect(status).toHaveText('available')
    expect(await calls()).toMatchObject({ generate: 2 })
  })

  await test.step('a no deletes the token, and is remembered', async () => {
    await page.getByRole('button', { name: 'No' }).click()
    await expect(status).toHaveText('denied')
    await expectAd('Bought without an identity', undefined)
    expect(await cookies()).not.toContain('uid2')
    await signOut(page)
    await signIn(page, 'READER@example.com')
    await expect(status).toHaveText('denied')
    expect(await calls()).toMatchObject({ generate: 2 })
  })

  if (withoutScript)
    await test.step('without script the forms work', async () => {
      const plain = await browser.newPage({ baseURL: origin, javaScriptEnabled: false })
      await plain.goto('/')
      await signIn(plain, 'another@example.com')
      await plain.getByRole('button', { name: 'Yes' }).click()
      await expect(statusOf(plain)).toHaveText('available')
      await signOut(plain)
      await plain.close()
    })

  expect(watch.complaints()).toEqual([])
  await context.close()
}
