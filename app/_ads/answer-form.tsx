'use client'

import { type FormEvent, type ReactNode, type RefObject, useEffect, useRef } from 'react'
import { useFormStatus } from 'react-dom'
import { pageHandoff } from '#lib/ads/page-handoff.ts'

interface AnswerFormProps {
  action: (form: FormData) => void | Promise<void>
  children: ReactNode
}

/** Without script the plain form of the server action; with it, a no clears every tab at once. */
export function AnswerForm({ action, children }: AnswerFormProps) {
  const confirm = useRef<(() => void) | null>(null)

  function submit(event: FormEvent<HTMLFormElement>): void {
    const button = (event.nativeEvent as SubmitEvent).submitter
    if (button instanceof HTMLButtonElement && button.value === 'denied')
      confirm.current = pageHandoff().clear('denied')
  }

  return (
    <form action={action} onSubmit={submit} className="answers">
      {children}
      <Confirmation confirm={confirm} />
    </form>
  )
}

/** Tells the other tabs once the server has recorded the answer: when the form is done, or gone. */
function Confirmation({ confirm }: { confirm: RefObject<(() => void) | null> }) {
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
