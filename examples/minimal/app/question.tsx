import { cookies, headers } from 'next/headers'
import { identity } from '../identity'

/** With each answer its question goes on record. */
const question = { version: '1', wording: 'May we use your e-mail address for ads?', source: 'page' } as const

/** Records it first; a yes then generates and seals, a no deletes. (The site has routes: ids of actions change.) */
async function answer(form: FormData): Promise<void> {
  'use server'
  const request = { cookies: await cookies(), headers: await headers() }
  const choose = form.get('ads') === 'yes' ? identity().grant : identity().deny
  const answered = await choose(request, question)
  if (answered.status === 'done') await identity().cookie.write(request.cookies, answered.update.cookie)
}

/** Works without script, too. Next calls an action only for a page of this site. */
export function Question() {
  return (
    <form action={answer}>
      <p>{question.wording}</p>
      <button type="submit" name="ads" value="yes">
        Yes
      </button>
      <button type="submit" name="ads" value="no">
        No
      </button>
    </form>
  )
}
