'use client'

import type { FormEvent, ReactNode } from 'react'
import { pageHandoff } from '#lib/ads/page-handoff.ts'
import { FocusAfterwards } from './focus-afterwards.tsx'
import { useConfirming } from './use-confirming.ts'

interface AnswerFormProps {
  action: (form: FormData) => void | Promise<void>
  /** The id of what says what came of it: nobody is told of a page that stays the same one. */
  outcome: string
  children: ReactNode
}

/** Without script the plain form of the server action; with it, a no clears every tab at once. */
export function AnswerForm({ action, outcome, children }: AnswerFormProps) {
  const confirming = useConfirming(action, addSignals)

  function submit(event: FormEvent<HTMLFormElement>): void {
    const button = (event.nativeEvent as SubmitEvent).submitter
    if (button instanceof HTMLButtonElement && button.value === 'denied')
      confirming.confirm.current = pageHandoff().clear('denied')
  }

  return (
    <form action={confirming.action} onSubmit={submit} className="answers">
      {children}
      <FocusAfterwards id={outcome} />
    </form>
  )
}

/** What a consent platform on the page says belongs to the answer. */
function addSignals(form: FormData): void {
  const signals = pageHandoff().signals()
  if (signals !== null) form.set('signals', JSON.stringify(signals))
}
