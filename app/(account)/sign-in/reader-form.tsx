'use client'

import type { ReactNode } from 'react'
import type { ReadyMadeReader } from '#app/(account)/sign-in/ready-made-readers.ts'
import { useStep } from '#app/(account)/sign-in/use-step.ts'

interface ReaderFormProps extends Pick<ReadyMadeReader, 'kind' | 'value'> {
  next: string
  children: ReactNode
}

/** Signs in as a ready-made reader with one click. */
export function ReaderForm({ kind, value, next, children }: ReaderFormProps) {
  const { problem, submit, button, form } = useStep('demo')
  return (
    <form {...form} onSubmit={(event) => void submit(event)}>
      <input type="hidden" name="kind" value={kind} />
      <input type="hidden" name="value" value={value} />
      <input type="hidden" name="next" value={next} />
      <button {...button} className="reader">
        {children}
      </button>
      <div role="alert">{problem === null ? null : <p className="field-error">{problem}</p>}</div>
    </form>
  )
}
