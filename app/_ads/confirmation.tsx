'use client'

import { type RefObject, useEffect } from 'react'
import { useFormStatus } from 'react-dom'

/** In a form that has cleared: confirms when its action is done, however it ended, or the form is gone. */
export function Confirmation({ confirm }: { confirm: RefObject<(() => void) | null> }) {
  const { pending } = useFormStatus()
  useEffect(() => {
    if (!pending) return
    return () => {
      confirm.current?.()
      confirm.current = null
    }
  }, [pending, confirm])
  return null
}
