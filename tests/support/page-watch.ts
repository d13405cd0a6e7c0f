import type { BrowserContext, Request } from '@playwright/test'
import { z } from 'zod'

const bidRequest = z.looseObject({
  imp: z.array(
    z.looseObject({
      id: z.string(),
      tagid: z.string().optional(),
      ext: z.looseObject({ prebid: z.looseObject({ adunitcode: z.string() }).optional() }).optional(),
    }),
  ),
  ext: z.looseObject({ gam: z.unknown().optional() }).optional(),
  user: z
    .looseObject({
      eids: z.array(z.unknown()).optional(),
      ext: z.looseObject({ eids: z.array(z.unknown()).optional() }).optional(),
    })
    .optional(),
})

/** One bid request, as the browser sent it. */
export interface Auction {
  /** The path of the page that sent it. */
  page: string
  slots: string[]
  /** `user.ext.eids` or `user.eids`. Undefined: neither. */
  eids: unknown[] | undefined
  /** Google's tag: key-values, slots, signals. */
  gam: unknown
  body: string
}

/** Records the requests and console errors of its browser contexts' pages. */
export class PageWatch {
  readonly requests: Request[] = []
  readonly auctions: Auction[] = []
  readonly #complaints: string[] = []
  readonly #allowed: { pattern: RegExp; reason: string }[] = []

  follow(context: BrowserContext): void {
    context.on('request', (request) => this.#record(request))
    context.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type())) return
      this.#complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`)
    })
    context.on('weberror', (webError) => this.#complaints.push(`uncaught: ${webError.error().stack}`))
  }

  /** Allows a console error in this test. */
  allow(pattern: RegExp, reason: string): void {
    this.#allowed.push({ pattern, reason })
  }

  complaints(): string[] {
    return this.#complaints.filter((text) => !this.#allowed.some(({ pattern }) => pattern.test(text)))
  }

  /** How often the pages requested this path. */
  count(method: 'GET' | 'POST', path: string): number {
    return this.requests.filter(
      (request) => request.method() === method && new URL(request.url()).pathname === path,
    ).length
  }

  /** The requests with `text` in their URL, headers or body, from the `since`th on. */
  async carrying(text: string, since = 0): Promise<string[]> {
    const found: string[] = []
    for (const request of this.requests.slice(since)) {
      const headers = JSON.stringify(await request.allHeaders().catch(() => request.headers()))
      const parts = [request.url(), decodeURIComponent(request.url()), headers, request.postData() ?? '']
      if (parts.some((part) => part.includes(text))) found.push(`${request.method()} ${request.url()}`)
    }
    return found
  }

  #record(request: Request): void {
    this.requests.push(request)
    if (request.method() !== 'POST' || !request.url().endsWith('/openrtb2/auction')) return
    const body = request.postData() ?? ''
    const { imp, user, ext } = bidRequest.parse(JSON.parse(body))
    this.auctions.push({
      page: new URL(request.frame().url()).pathname,
      // Google's tag names the ad unit by its path.
      slots: imp
        .map(({ id, tagid, ext }) => ext?.prebid?.adunitcode ?? tagid?.split('/').at(-1) ?? id)
        .sort(),
      eids: user?.ext?.eids ?? user?.eids,
      gam: ext?.gam,
      body,
    })
  }
}
