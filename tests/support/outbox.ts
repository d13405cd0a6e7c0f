import type { Site } from './site.ts'

/** Sandbox mode: the outbox page for these cookies. */
export async function outbox(site: Pick<Site, 'origin'>, cookies: string): Promise<string> {
  const page = await fetch(`${site.origin}/sign-in/outbox`, { headers: { cookie: cookies } })
  return page.text()
}

export const codeIn = (message: string): string => /(\d{6}) is your sign-in code/.exec(message)?.[1] ?? ''

export const secretIn = (message: string): string =>
  /\/sign-in\/proof\?secret=([\w-]+)/.exec(message)?.[1] ?? ''
