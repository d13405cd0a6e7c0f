import 'server-only'
import { isLoopback } from '../shared/loopback'

/**
 * Rules for variables that are URLs. A URL that has an unencoded `#`, `/` or `?` in its password is still a URL, of
 * another host; and one with a blank is trimmed without a word. Each rule takes only what is read as it was meant.
 */
const parse = (value: string): URL | null => {
  // A `%` that encodes nothing would be kept by some readers and refused by others.
  if (/[\s\p{Cc}]|%(?![\da-f]{2})/iu.test(value) || !URL.canParse(value)) return null
  return new URL(value)
}

const decodes = (...texts: string[]): boolean => {
  try {
    decodeURIComponent(texts.join(''))
    return true
  } catch {
    return false
  }
}

const hasNoLogin = ({ username, password }: URL) => username === '' && password === ''

/** `https:`, or plain `http:` on this machine; the path and a query count. */
export function isSafeUrl(value: string): boolean {
  const url = parse(value)
  if (url === null || !hasNoLogin(url) || value.includes('#')) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

/** The same, of an issuer or base URL: nothing in it would get lost on the way. */
export const isSafeBaseUrl = (value: string): boolean => isSafeUrl(value) && !value.includes('?')

/** `http(s)://HOST`, and nothing after it. */
export function isOrigin(value: string): boolean {
  const url = parse(value)
  return (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    hasNoLogin(url) &&
    url.pathname === '/' &&
    !/[?#]/.test(value)
  )
}

/** `smtp(s)://USER:PASSWORD@HOST:PORT`, and nothing after it: no more is read. */
export function isMailServer(value: string): boolean {
  const url = parse(value)
  if (url === null || !decodes(url.username, url.password)) return false
  const { protocol, hostname, pathname } = url
  return /^smtps?:$/.test(protocol) && hostname !== '' && /^\/?$/.test(pathname) && !/[?#]/.test(value)
}

export const isDatabaseUrl = (value: string): boolean =>
  value.startsWith('file:') ? isDatabaseFile(value.slice('file:'.length)) : isPostgresUrl(value)

/** What stands after `file:` is the path as it is, so it must not look like one that is to be decoded. */
const isDatabaseFile = (path: string): boolean =>
  path === path.trim() &&
  !/[?#%\p{Cc}]/u.test(path) &&
  // `file://data/a.db` names a host; `file:///data/a.db` and `file:/data/a.db` are the same file.
  !/^\/\/[^/]/.test(path) &&
  // A folder, or SQLite's name for a database that is gone with the process.
  !/(^|[\\/])\.{0,2}$|^:memory:$/.test(path)

/** `postgres://USER:PASSWORD@HOST:PORT/NAME?…`; the host may also be a parameter, as for the folder of a socket. */
function isPostgresUrl(value: string): boolean {
  // pg reads `USER@/NAME?host=…`, the usual form for a socket. The URL standard does not.
  const url = parse(value) ?? parse(value.replace('@/', '@localhost/'))
  if (url === null || !/^postgres(ql)?:\/\/./.test(value)) return false
  const host = url.searchParams.get('host') ?? (value.includes('@/') ? '' : url.hostname)
  return (
    host !== '' &&
    decodes(url.username, url.password, url.hostname, url.pathname) &&
    // An `@` after the host was meant to end a password.
    /^\/[^/@]+$/.test(url.pathname) &&
    !url.search.includes('@') &&
    !value.includes('#')
  )
}
