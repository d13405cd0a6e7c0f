'use client'

import { useState } from 'react'

/**
 * Sends one step of a sign-in without leaving the page, so that what was typed stays when it is refused.
 * Without script the form goes to the same address by itself.
 */
export function useStep(step: 'ask' | 'finish' | 'demo') {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)

  /** Whether it was taken; then the browser is on its way to another page. */
  async function send(form: HTMLFormElement): Promise<boolean> {
    setBusy(true)
    setProblem(null)
    const answer = await post(step, form)
    if ('url' in answer) {
      // A whole page load: whatever the browser holds for the reader before is dropped with the page.
      location.assign(answer.url)
      return true
    }
    setBusy(false)
    setProblem(answer.message)
    return false
  }

  return { busy, problem, send }
}

async function post(step: string, form: HTMLFormElement): Promise<{ url: string } | { message: string }> {
  try {
    const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)])
    const response = await fetch(`/api/sign-in/${step}`, {
      method: 'POST',
      headers: { accept: 'application/json' },
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
