/** `localStorage` where a browser lets us; what is not kept is as good as removed. Null removes. */
export function store(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name)
    else localStorage.setItem(name, value)
  } catch {
    // Storage is blocked; then nobody else on the page reads any either.
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
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser.
    document.cookie = `${name}=; Max-Age=0; path=/`
  } catch {
    // Cookies are blocked; then there is none to remove.
  }
}
