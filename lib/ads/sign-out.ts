import type { Uid2Handoff } from './handoff/handoff-api.ts'

/** False when the server did not answer for it: the caller has to try another way, with a clear of its own. */
export async function signOut(
  handoff: Pick<Uid2Handoff, 'clear'>,
  post: () => Promise<Response>,
): Promise<boolean> {
  const confirmed = handoff.clear('signed_out')
  try {
    if (!(await post()).ok) return false
  } catch {
    return false
  }
  confirmed()
  return true
}
