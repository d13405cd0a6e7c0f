import type { ReactNode } from 'react'
import type { ShownIdentity } from '#app/_ui/status-words.ts'

interface NextStepProps {
  identity: ShownIdentity
  /** The page to come back to: a path of this site. */
  back: string
}

/** What a reader has to do to see a token in a page of the laboratory, or to watch for once there is one. */
export function NextStep({ identity, back }: NextStepProps) {
  return (
    <section className="lab-note next-step" aria-label="What to do next">
      <p>{wordsFor(identity.status, back)}</p>
    </section>
  )
}

function wordsFor(status: ShownIdentity['status'], back: string): ReactNode {
  const choice = `/choice?next=${back}`
  switch (status) {
    case 'signed_out':
      return (
        <>
          No token here yet. <a href={`/sign-in?next=${encodeURIComponent(choice)}`}>Sign in</a>, then say
          yes: you come back to this page with one.
        </>
      )
    case 'no_choice':
      return (
        <>
          No token here yet. <a href={choice}>Say yes</a>, and you come back to this page with one.
        </>
      )
    case 'denied':
      return (
        <>
          No token here: you said no. <a href={choice}>Change your answer</a> to see one.
        </>
      )
    case 'available':
      return 'You have a token. When a newer one takes its place, the buyer still sees the same person.'
    case 'withheld':
      return 'You said yes, and are in the control group: a token is made, and nothing on this page gets it.'
    case 'loading':
    case 'refreshing':
      return 'The token is on its way. It shows on this page when it is there.'
    default:
      return 'No token here. The line at the top of the page says why.'
  }
}
