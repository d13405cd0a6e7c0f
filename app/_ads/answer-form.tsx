'use client'

import { type FormEvent, type ReactNode, useRef } from 'react'
import { pageHandoff } from '#lib/ads/page-handoff.ts'
import { Confirmation } from './confirmation.tsx'

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
