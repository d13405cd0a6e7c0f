import { AccountForm } from '#app/_ads/account-form.tsx'

interface AnswersProps {
  /** A path on this site to go to after the answer. */
  next: string
  current?: 'granted' | 'denied' | undefined
}

/** The two answers, with equal emphasis. */
export function Answers({ next, current }: AnswersProps) {
  return (
    <AccountForm name="choice" outcome="outcome" className="answers">
      <input type="hidden" name="next" value={next} />
      <button type="submit" className="button" name="advertising" value="granted">
        Yes, use it for ads
        {current === 'granted' ? <AnswerNow /> : null}
      </button>
      <button type="submit" className="button" name="advertising" value="denied">
        No, do not use it
        {current === 'denied' ? <AnswerNow /> : null}
      </button>
    </AccountForm>
  )
}

function AnswerNow() {
  return <span className="answer-now">Your answer now</span>
}
