'use client'

import { useEffect } from 'react'
import { useFormStatus } from 'react-dom'

/** In a form: when its action is done, the focus goes to what says what came of it, if the page has that. */
export function FocusAfterwards({ id }: { id: string }) {
  const { pending } = useFormStatus()
  useEffect(() => {
    if (pending) return () => document.getElementById(id)?.focus()
  }, [pending, id])
  return null
}
