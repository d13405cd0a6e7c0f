'use client'

import { type FormEvent, useState } from 'react'
import { pageHandoff } from '#lib/ads/page-handoff.ts'

/**
 * Sends one step of a sign-in without leaving the page, so that what was typed stays when it is refused.
 * Without script the form goes to the same address by itself.
 */
export function useStep(step: 'ask' | 'finish' | 'demo') {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)

  /** False: it was refused. Otherwise the browser is on its way to another page, or was already. */
  async function submit(event: FormEvent<HTMLFormElement>): Promise<boolean> {
    event.preventDefault()
    if (busy) return true
    setBusy(true)
    setProblem(null)
    const answer = await post(step, event.currentTarget)
    if ('url' in answer) {
      // Other tabs may still hold the token of the reader who was here before.
      if (step !== 'ask') pageHandoff().clear('signed_out')()
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
    form: { method: 'post', action: `/api/sign-in/${step}`, 'aria-busy': busy },
  }
}

async function post(step: string, form: HTMLFormElement): Promise<{ url: string } | { message: string }> {
  try {
    const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)])
    const response = await fetch(`/api/sign-in/${step}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
    })
    const answer: unknown = await response.json()
    if (response.ok && has(answer, 'url')) return answer
    return has(answer, 'message') ? answer : { message: failed }
  } catch {
    return { message: unreachable }
  }
}

const failed = 'The sign-in did not work this time. What you typed is still here; please try again.'
const unreachable =
  'We could not reach the server. What you typed is still here; please try again in a moment.'

function has<K extends string>(value: unknown, key: K): value is Record<K, string> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, key) === 'string'
}
