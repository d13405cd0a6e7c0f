import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../../scripts/support/runtime.mjs'
import { codeBlocks } from '../architecture/code-blocks.ts'
import { read } from '../architecture/project.ts'
import type { Change } from './variant.ts'

/** The code blocks of the page, in order: reading the session, creating it, the sign-in page, what to delete. */
const page = 'docs/sign-in/your-own.md'
export const [reading = '', making = '', signInPage = '', deleting = ''] = codeBlocks(page, read(page)).map(
  ({ code }) => code,
)

/** Files that a site with its own sign-in does not need. */
export const deletable = [...deleting.matchAll(/(?:app|lib)\/[^\s']+/g)].map(([path]) => path)

export interface Account {
  id: string
  email?: string
  email_verified?: boolean
  phone_number?: string
  phone_number_verified?: boolean
}

interface AccountSystem {
  sessionCookie(account: Account, secret: string, audience: string): Promise<string>
}

export const ownSecret = 'what the site and the account system share'

/** The site with that sign-in, without our files that it does not need, and with the pages of the probe. */
export const ownSignIn: Change = {
  addToApp: 'tests/support/probe',
  remove: deletable,
  write: { 'lib/auth/current-reader.ts': reading, 'app/(account)/sign-in/page.tsx': signInPage },
}

/** A code block of the page as a module. */
export function codeOfPage<T>(name: string, code: string): Promise<T> {
  const file = join(root, 'test-results', 'your-own-sign-in', name)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, code)
  return import(pathToFileURL(file).href)
}

/** The publisher's account system, as on the page. */
export const accountSystem = (): Promise<AccountSystem> => codeOfPage('account-system.ts', making)
