import 'server-only'
import { noStoreHeaders } from '../identity/cookie'

interface PlainPage {
  status: number
  title: string
  /** One or two sentences. They must not contain anything from the request. */
  text: string
  link: { href: string; label: string }
  headers?: Record<string, string>
}

/**
 * A page that says why a form was rejected, for browsers without script. Next's own pages cannot set a status
 * such as 429.
 */
export const plainPage = ({ status, title, text, link, headers = {} }: PlainPage): Response =>
  new Response(
    `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${title} · The Lantern</title>
<style>
:root { color-scheme: light dark; --paper: #fbf8f2; --ink: #1b1a17; --amber: #8c4a06 }
@media (prefers-color-scheme: dark) { :root { --paper: #12110f; --ink: #ede7dc; --amber: #f0b45c } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.1875rem/1.5 Newsreader, Georgia, serif }
main { max-width: 36rem; margin: 15vh auto; padding: 0 1.25rem }
h1 { margin: 0; font-size: 2.25rem; font-weight: 500; line-height: 1.15 }
a { color: var(--amber) }
</style>
<main>
<h1>${title}</h1>
<p>${text}</p>
<p><a href="${link.href}">${link.label}</a></p>
</main>
`,
    { status, headers: { 'Content-Type': 'text/html; charset=utf-8', ...noStoreHeaders, ...headers } },
  )
