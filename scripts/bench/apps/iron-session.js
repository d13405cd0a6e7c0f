import { getIronSession } from 'iron-session'
import { cookies } from 'next/headers'

const options = { cookieName: 'session', password: process.env.SECRET, cookieOptions: { secure: false } }
const open = async () => getIronSession(await cookies(), options)

export async function read() {
  const { user } = await open()
  return user
}

export async function signIn(email) {
  const session = await open()
  session.user = { email }
  await session.save()
}
