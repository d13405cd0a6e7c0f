import 'server-only'
import { isLoopback } from '../shared/loopback'

/**
 * Rules for variables that are URLs. A URL with an unencoded `#`, `/` or `?` in its password is still a URL,
 * but of another host. One with a space is trimmed silently. Each rule accepts only values that are read as
 * intended.
 */
const parse = (value: string): URL | null => {
  // Some readers keep a `%` that encodes nothing, others reject it.
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

/** `https:`, or plain `http:` on this machine. Path and query are allowed. */
export function isSafeUrl(value: string): boolean {
  const url = parse(value)
  if (url === null || !hasNoLogin(url) || value.includes('#')) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

/** As `isSafeUrl`, for an issuer or base URL: without a query, which would be lost. */
export const isSafeBaseUrl = (value: string): boolean => isSafeUrl(value) && !value.includes('?')

/** `http(s)://HOST`, without a path. */
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

/** `smtp(s)://USER:PASSWORD@HOST:PORT`, without a path, because nothing more is read. */
export function isMailServer(value: string): boolean {
  const url = parse(value)
  if (url === null || !decodes(url.username, url.password)) return false
  const { protocol, hostname, pathname } = url
  return /^smtps?:$/.test(protocol) && hostname !== '' && /^\/?$/.test(pathname) && !/[?#]/.test(value)
}

export const isDatabaseUrl = (value: string): boolean =>
  value.startsWith('file:') ? isDatabaseFile(value.slice('file:'.length)) : isPostgresUrl(value)

/** The text after `file:` is used as the path, so it must not look percent-encoded. */
const isDatabaseFile = (path: string): boolean =>
  path === path.trim() &&
  !/[?#%\p{Cc}]/u.test(path) &&
  // `file://data/a.db` names a host; `file:///data/a.db` and `file:/data/a.db` are the same file.
  !/^\/\/[^/]/.test(path) &&
  // A folder, or SQLite's name for a database in memory.
  !/(^|[\\/])\.{0,2}$|^:memory:$/.test(path)

/**
 * `postgres://USER:PASSWORD@HOST:PORT/NAME?…`. The host may also be a parameter, such as the folder of a
 * socket.
 */
function isPostgresUrl(value: string): boolean {
  // pg reads `USER@/NAME?host=…`, the usual form for a socket. The URL standard does not.
  const url = parse(value) ?? parse(value.replace('@/', '@localhost/'))
  if (url === null || !/^postgres(ql)?:\/\/./.test(value)) return false
  const host = url.searchParams.get('host') ?? (value.includes('@/') ? '' : url.hostname)
  return (
    host !== '' &&
    decodes(url.username, url.password, url.hostname, url.pathname) &&
    // An `@` after the host is probably the end of an unencoded password.
    /^\/[^/@]+$/.test(url.pathname) &&
    !url.search.includes('@') &&
    !value.includes('#')
  )
}
