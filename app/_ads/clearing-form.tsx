'use client'

import type { ReactNode } from 'react'
import { pageHandoff } from '#lib/ads/page-handoff.ts'
import { FocusAfterwards } from './focus-afterwards.tsx'
import { useConfirming } from './use-confirming.ts'

interface ClearingFormProps {
  action: (form: FormData) => void | Promise<void>
  /** The id of what says what came of it. */
  outcome: string
  children: ReactNode
}

/** For what takes a yes back without being a no: with script, every tab is cleared at once. */
export function ClearingForm({ action, outcome, children }: ClearingFormProps) {
  const confirming = useConfirming(action)
  return (
    <form
      action={confirming.action}
      onSubmit={() => {
        confirming.confirm.current = pageHandoff().clear('no_choice')
      }}
    >
      {children}
      <FocusAfterwards id={outcome} />
    </form>
  )
}
