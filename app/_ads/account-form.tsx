'use client'

import { useRouter } from 'next/navigation'
import { type FormEvent, type ReactNode, useEffect, useState, useTransition } from 'react'
import { pageTokenStore } from '#lib/ads/page-token-store.ts'
import { postForm } from './post-form.ts'

interface AccountFormProps {
  /** The end of its address below `/api/forms`. */
  name: 'choice' | 'delete-records' | 'sign-out'
  /** The id of what says what came of it: it gets the focus, because the page may stay the same one. */
  outcome?: string
  className?: string
  children: ReactNode
}

/**
 * A plain form without script, and until script is there. With script it is sent from the page, and what ends an
 * identity clears every tab before the server has answered.
 */
export function AccountForm({ name, outcome, className, children }: AccountFormProps) {
  const router = useRouter()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const [leading, startTransition] = useTransition()

  // The page that the answer leads to is there.
  useEffect(() => {
    if (leading && outcome !== undefined) return () => document.getElementById(outcome)?.focus()
  }, [leading, outcome])

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (busy) return
    const form = event.currentTarget
    const fields = fieldsOf(event)
    const cleared = clearedBy(name, fields.get('advertising'))
    const confirm = cleared && pageTokenStore().clear(cleared)
    setBusy(true)
    setProblem(null)
    const answer = await postForm(`/api/forms/${name}`, fields, words)
    // Also when the form has long been left: from now on what the server says of the identity counts again.
    confirm?.()
    setBusy(false)
    if ('message' in answer) return setProblem(answer.message)
    // A full load: nothing of this reader stays in memory.
    if (name === 'sign-out') return location.assign(answer.url)
    startTransition(() => {
      // A reader who clicked a link meanwhile stays where it led.
      if (form.isConnected) router.push(answer.url)
      // The page may be the one that is shown, and pages that were visited before show the state of then.
      router.refresh()
    })
  }

  return (
    <form
      method="post"
      action={`/api/forms/${name}`}
      onSubmit={(event) => void submit(event)}
      aria-busy={busy}
      className={className}
    >
      {children}
      {problem === null ? null : (
        <p role="alert" className="field-error">
          {problem}
        </p>
      )}
    </form>
  )
}

const words = {
  failed: 'That did not work this time. Please try again in a moment.',
  unreachable: 'We could not reach the server, so this may not be done. Please try again in a moment.',
}

/** With the button that was pressed, and what a consent platform on the page says. */
function fieldsOf({ currentTarget, nativeEvent }: FormEvent<HTMLFormElement>): FormData {
  const fields = new FormData(currentTarget)
  const button = (nativeEvent as SubmitEvent).submitter
  if (button instanceof HTMLButtonElement && button.name !== '') fields.set(button.name, button.value)
  const signals = pageTokenStore().signals()
  if (fields.has('advertising') && signals !== null) fields.set('signals', JSON.stringify(signals))
  return fields
}

/** What the form makes of the identity; null: it may even begin one. */
function clearedBy(name: AccountFormProps['name'], advertising: FormDataEntryValue | null) {
  if (name === 'sign-out') return 'signed_out'
  if (name === 'delete-records') return 'no_choice'
  return advertising === 'denied' ? 'denied' : null
}
