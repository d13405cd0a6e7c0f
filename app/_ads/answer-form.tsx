'use client'

import type { FormEvent, ReactNode } from 'react'
import { pageHandoff } from '#lib/ads/page-handoff.ts'
import { useConfirming } from './use-confirming.ts'

interface AnswerFormProps {
  action: (form: FormData) => void | Promise<void>
  children: ReactNode
}

/** Without script the plain form of the server action; with it, a no clears every tab at once. */
export function AnswerForm({ action, children }: AnswerFormProps) {
  const confirming = useConfirming(action)

  function submit(event: FormEvent<HTMLFormElement>): void {
    const button = (event.nativeEvent as SubmitEvent).submitter
    if (button instanceof HTMLButtonElement && button.value === 'denied')
      confirming.confirm.current = pageHandoff().clear('denied')
  }

  return (
    <form action={confirming.action} onSubmit={submit} className="answers">
      {children}
    </form>
  )
}
