import { chooseAdvertising } from '#app/(account)/actions.ts'

interface AnswerFormProps {
  /** Where to go after the answer: a path of this site. */
  next: string
  current?: 'granted' | 'denied' | undefined
}

/** Two answers of one weight, in a plain form that works without script. */
export function AnswerForm({ next, current }: AnswerFormProps) {
  return (
    <form action={chooseAdvertising} className="answers">
      <input type="hidden" name="next" value={next} />
      <button type="submit" className="button" name="advertising" value="granted">
        Yes, use it for ads
        {current === 'granted' ? <AnswerNow /> : null}
      </button>
      <button type="submit" className="button" name="advertising" value="denied">
        No, do not use it
        {current === 'denied' ? <AnswerNow /> : null}
      </button>
    </form>
  )
}

function AnswerNow() {
  return <span className="answer-now">Your answer now</span>
}
