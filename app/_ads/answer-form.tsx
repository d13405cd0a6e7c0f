'use client'

import { type FormEvent, type ReactNode, useEffect, useRef } from 'react'
import { pageHandoff } from '#lib/ads/page-handoff.ts'

interface AnswerFormProps {
  action: (form: FormData) => void | Promise<void>
  children: ReactNode
}

/** Without script the plain form of the server action; with it, a no clears every tab at once. */
export function AnswerForm({ action, children }: AnswerFormProps) {
  const confirm = useRef<(() => void) | null>(null)
  // The answer's page takes this one's place once the server has recorded it.
  useEffect(() => () => confirm.current?.(), [])

  function submit(event: FormEvent<HTMLFormElement>): void {
    const button = (event.nativeEvent as SubmitEvent).submitter
    if (button instanceof HTMLButtonElement && button.value === 'denied')
      confirm.current = pageHandoff().clear('denied')
  }

  return (
    <form action={action} onSubmit={submit} className="answers">
      {children}
    </form>
  )
}
