/** `localStorage`, if the browser allows it. Null removes. */
export function store(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name)
    else localStorage.setItem(name, value)
  } catch {
    // Storage is blocked, for every script of the page.
  }
}

export function stored(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

/** From `localStorage`, and as a cookie that script can read. */
export function removeEverywhere(name: string): void {
  store(name, null)
  try {
    if (document.cookie.split('; ').some((each) => each.startsWith(`${name}=`))) removeCookie(name)
  } catch {
    // Cookies are blocked; then there is none to remove.
  }
}

/**
 * A cookie is only removed with the domain and path that it was set with, and script can read neither: the SDKs take
 * both as options. So all that this page can see are tried.
 */
function removeCookie(name: string): void {
  const { hostname, pathname } = location
  const labels = hostname.split('.')
  const domains = ['', ...labels.map((_, index) => `; domain=${labels.slice(index).join('.')}`)]
  const parts = pathname.split('/').filter(Boolean)
  const folders = parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)
  for (const path of ['/', ...folders.flatMap((folder) => [folder, `${folder}/`])])
    for (const domain of domains) {
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser.
      document.cookie = `${name}=; Max-Age=0; path=${path}${domain}`
    }
}
