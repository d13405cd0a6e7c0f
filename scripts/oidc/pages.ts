import type { Account } from './accounts.ts'

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const safe = (text: string) => text.replace(/[&<>"]/g, (character) => escapes[character] ?? '')

const page = (title: string, body: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${safe(title)}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 3rem auto; padding: 0 1rem; color: #1c1c1c; background: #fff }
ul { list-style: none; padding: 0 }
li { margin: 0 0 1rem }
p { margin: .25rem 0 }
button { font: inherit; min-height: 2.75rem; padding: 0 1rem; border: 1px solid #595959; border-radius: .25rem; background: #fff; color: inherit; cursor: pointer }
button:focus-visible { outline: 3px solid #1a56c4; outline-offset: 2px }
</style>
</head>
<body>
<main>
<h1>${safe(title)}</h1>
${body}
</main>
</body>
</html>`

/** One button for each account. The form posts to the page's own URL. */
export function accountPage(accounts: Iterable<[id: string, account: Account]>): string {
  const items = [...accounts].map(
    ([id, { name, about }]) =>
      `<li><button name="account" value="${safe(id)}" aria-describedby="${safe(id)}">Continue as ${safe(name)}</button>
<p id="${safe(id)}">${safe(about)}</p></li>`,
  )
  return page(
    'Which account?',
    `<p>This is a local OpenID provider, for trying sign-in. The account that you choose is signed in.</p>
<form method="post">
<ul>
${items.join('\n')}
</ul>
<button name="cancel" value="yes">Cancel</button>
</form>`,
  )
}

export const faultPage = (sentence: string): string =>
  page('This sign-in cannot go on', `<p>${safe(sentence)}</p>`)
