import { afterAll, beforeAll, expect, it } from 'vitest'
import { inPlace, inPlaceName } from '../support/own-sign-in.ts'
import { visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'
import { buildTimeoutMs, buildVariant } from '../support/variant.ts'

let site: Site

beforeAll(async () => {
  site = await startSite({ folder: await buildVariant(inPlaceName, inPlace) })
}, buildTimeoutMs)
afterAll(() => site.stop())

it('a fault of ours shows the reader nothing of itself', async () => {
  const answer = await visitor(site).fetch('/probe/broken')
  const html = await answer.text()
  expect(answer.status).toBe(500)
  expect(html).not.toMatch(/no reader may see|at Broken|node_modules|\.tsx/)
})

it('a page that is not there says so, with the way back', async () => {
  const answer = await visitor(site).fetch('/articles/nothing-of-this-name')
  const html = await answer.text()
  expect(answer.status).toBe(404)
  expect(html).toContain('Your privacy choices')
})
