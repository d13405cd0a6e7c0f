import 'server-only'
import { NextRequest } from 'next/server'
import Credentials from 'next-auth/providers/credentials'
import { z } from 'zod'
import { env } from '../../env/env'
import { toClaims } from '../select-verified-dii'
import { checkProof } from './proof'

const secretShape = z.string().trim().min(1).max(100)

/** Signs in with the secret that was sent, in the browser that asked for it. */
export const proofProvider = () =>
  Credentials({
    id: 'proof',
    name: 'Link or code',
    credentials: { secret: { label: 'Secret', type: 'text' } },
    async authorize(credentials, request) {
      const secret = secretShape.safeParse(credentials?.secret)
      const header: unknown = request.headers?.cookie
      const headers = { cookie: typeof header === 'string' ? header : '' }
      const { cookies } = new NextRequest(env().origin, { headers })
      const dii = secret.success ? await checkProof(cookies, secret.data) : 'wrong_secret'
      // next-auth puts the message into ?error=, so it is a code and never what was typed.
      if (typeof dii === 'string') throw new Error(dii)
      return { id: `${dii.kind}:${dii.value.toLowerCase()}`, claims: toClaims(dii) }
    },
  })
