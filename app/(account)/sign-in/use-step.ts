'use client'

import { type FormEvent, useState } from 'react'
import { postForm } from '#app/_ads/post-form.ts'
import { pageTokenStore } from '#lib/ads/page-token-store.ts'

/**
 * Sends one step of a sign-in without leaving the page, so that what was typed stays when it is refused.
 * Without script the form goes to the same address by itself.
 */
export function useStep(step: 'ask' | 'finish' | 'demo') {
  const address = `/api/sign-in/${step}`
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)

  /** False: it was refused. Otherwise the browser is on its way to another page, or was already. */
  async function submit(event: FormEvent<HTMLFormElement>): Promise<boolean> {
    event.preventDefault()
    if (busy) return true
    setBusy(true)
    setProblem(null)
    const answer = await postForm(address, new FormData(event.currentTarget), words)
    if ('url' in answer) {
      // Other tabs may still hold the token of the reader who was here before.
      if (step !== 'ask') pageTokenStore().clear('signed_out')()
      // A whole page load: nothing of that reader stays in this one either.
      location.assign(answer.url)
      return true
    }
    setBusy(false)
    setProblem(answer.message)
    return false
  }

  return {
    busy,
    problem,
    submit,
    // A button that is disabled loses the focus, and with it whoever has no mouse their place.
    button: { type: 'submit', 'aria-disabled': busy } as const,
    form: { method: 'post', action: address, 'aria-busy': busy },
  }
}

const words = {
  failed: 'The sign-in did not work this time. What you typed is still here; please try again.',
  unreachable: 'We could not reach the server. What you typed is still here; please try again in a moment.',
}
