/**
 * `promise`, or `fallback()` after `ms`; what `fallback` throws is the rejection. A limit over the whole: openid-client's
 * own ends with the first byte of an answer, so a provider that stops in the middle of one would hold a sign-in for ever.
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
