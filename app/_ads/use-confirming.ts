'use client'

import { useEffect, useRef, useState } from 'react'

type FormAction = (form: FormData) => void | Promise<void>

/**
 * A server action for a form that clears as it is submitted: put what `clear` returned into `confirm`,
 * and it is called when the server has answered, however, and also when the form has long been left.
 * Until script is there the action itself, which a form takes without script. `complete` adds what only
 * script knows.
 */
export function useConfirming(action: FormAction, complete?: (form: FormData) => void) {
  const confirm = useRef<(() => void) | null>(null)
  const [ready, setReady] = useState(false)
  useEffect(() => setReady(true), [])

  async function confirming(form: FormData): Promise<void> {
    const confirmed = confirm.current
    confirm.current = null
    complete?.(form)
    try {
      await action(form)
    } finally {
      confirmed?.()
    }
  }

  return { confirm, action: ready ? confirming : action }
}
