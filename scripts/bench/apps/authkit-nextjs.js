import { authkitProxy, getWorkOS, saveSession, withAuth } from '@workos-inc/authkit-nextjs'

export const proxy = authkitProxy()

export const read = async () => {
  const { user } = await withAuth()
  return user && { email: user.email }
}

export async function signIn(email, request) {
  const clientId = process.env.WORKOS_CLIENT_ID
  const { userManagement } = getWorkOS()
  await saveSession(
    await userManagement.authenticateWithPassword({ clientId, email, password: 'password' }),
    request,
  )
}
