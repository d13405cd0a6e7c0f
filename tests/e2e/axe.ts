import type { Frame, Page } from '@playwright/test'
import axe from 'axe-core'

/** The only rules whose result depends on colours. */
export const colourRules = ['color-contrast', 'link-in-text-block']

/**
 * What axe finds in this document, without the frames in it. Rules: all, unless some are named. axe itself, not
 * @axe-core/playwright, which opens a second page for each run and takes ten times as long.
 */
export async function violations(frame: Page | Frame, rules: string[] = []): Promise<string[]> {
  if (!(await frame.evaluate(() => 'axe' in window))) await frame.evaluate(axe.source)
  return frame.evaluate(async (rules) => {
    const { axe: own } = window as unknown as { axe: typeof axe }
    // A frame's document needs neither a title nor landmarks.
    const part = window === window.top ? document : document.body
    const runOnly = rules.length > 0 ? { runOnly: rules } : {}
    const { violations } = await own.run(part, { iframes: false, resultTypes: ['violations'], ...runOnly })
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
  }, rules)
}
