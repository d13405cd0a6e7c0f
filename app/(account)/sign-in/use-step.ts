'use client'

import { type FormEvent, useState } from 'react'
import { postForm } from '#app/_ads/post-form.ts'
import { pageTokenStore } from '#lib/ads/page-token-store.ts'

/**
 * Sends one sign-in step without leaving the page, so that the typed text stays after an error. Without
 * script the form posts to the same URL.
 */
export function useStep(step: 'ask' | 'finish' | 'demo') {
  const address = `/api/sign-in/${step}`
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)

  /** False: rejected. Otherwise the browser is loading another page. */
  async function submit(event: FormEvent<HTMLFormElement>): Promise<boolean> {
    event.preventDefault()
    if (busy) return true
    setBusy(true)
    setProblem(null)
    const answer = await postForm(address, new FormData(event.currentTarget), words)
    if ('url' in answer) {
      // Other tabs may still hold the previous reader's token.
      if (step !== 'ask') pageTokenStore().clear('signed_out')()
      // A full page load, so that nothing of the previous reader stays in this tab.
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
    // A disabled button would lose the focus, and keyboard users their place.
    button: { type: 'submit', 'aria-disabled': busy } as const,
    form: { method: 'post', action: address, 'aria-busy': busy },
  }
}

const words = {
  failed: 'The sign-in did not work this time. What you typed is still here; please try again.',
  unreachable: 'We could not reach the server. What you typed is still here; please try again in a moment.',
}
