import type { Uid2Handoff } from './handoff.ts'

/**
 * Clears twice: before, so that no auction of any tab can still use the token, and after, because a tab
 * that asked in between was still told of the session. False when the server did not confirm.
 */
export async function signOut(
  handoff: Pick<Uid2Handoff, 'clear'>,
  post: () => Promise<Response>,
): Promise<boolean> {
  handoff.clear('signed_out')
  try {
    if (!(await post()).ok) return false
  } catch {
    return false
  }
  handoff.clear('signed_out')
  return true
}
