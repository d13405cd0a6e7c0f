/** `promise`, or `fallback()` after `ms`. What `fallback` throws is the rejection. */
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
