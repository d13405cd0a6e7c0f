import 'server-only'

/**
 * The answer, or after `ms` what is said in its stead. openid-client's own time limit ends with the first
 * byte of an answer, so a provider that stops in the middle of one would hold a sign-in for ever.
 */
export async function within<T>(ms: number, answer: Promise<T>, inItsStead: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(inItsStead()), ms)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
