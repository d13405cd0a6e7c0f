import { createServerClient } from '@supabase/ssr'
import { cookies } from 'next/headers'
import { NextResponse } from 'next/server'

const connect = (store) => createServerClient(process.env.VENDOR_URL, 'publishable-key', { cookies: store })

async function fromHeaders() {
  const jar = await cookies()
  return connect({
    getAll: () => jar.getAll(),
    setAll(list) {
      for (const { name, value, options } of list) jar.set(name, value, options)
    },
  })
}

/** As in Supabase's guide to server-side rendering with Next. */
export async function proxy(request) {
  let response = NextResponse.next({ request })
  const supabase = connect({
    getAll: () => request.cookies.getAll(),
    setAll(list, headers) {
      for (const { name, value } of list) request.cookies.set(name, value)
      response = NextResponse.next({ request, headers })
      for (const { name, value, options } of list) response.cookies.set(name, value, options)
    },
  })
  await supabase.auth.getClaims()
  return response
}

export async function read() {
  const supabase = await fromHeaders()
  const { data } = await supabase.auth.getClaims()
  return data && { email: data.claims.email }
}

export async function signIn(email) {
  const supabase = await fromHeaders()
  const { error } = await supabase.auth.signInWithPassword({ email, password: 'password' })
  if (error) throw error
}
