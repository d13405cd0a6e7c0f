import type { Uid2Handoff } from './handoff.ts'

/** False when the server did not confirm; the token is gone from every tab all the same. */
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
