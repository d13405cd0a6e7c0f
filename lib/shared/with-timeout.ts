/**
 * `promise`, or `fallback()` after `ms`. If `fallback` throws, the result rejects. The limit covers the whole
 * response: openid-client's own timeout ends with the first byte, so a provider that stops in the middle of a
 * response would block a sign-in for ever.
 */
export async function withTimeout<T>(promise: Promise<T>, ms: number, fallback: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  }).then(fallback)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
