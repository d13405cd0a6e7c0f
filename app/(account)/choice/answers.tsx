import { AccountForm } from '#app/_ads/account-form.tsx'

interface AnswersProps {
  /** Where to go after the answer: a path of this site. */
  next: string
  current?: 'granted' | 'denied' | undefined
}

/** Two answers of one weight. */
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
