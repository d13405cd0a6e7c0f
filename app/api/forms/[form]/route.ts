import type { NextRequest } from 'next/server'
import { handleAccountForm } from '#lib/site/account-forms.ts'

interface Context {
  params: Promise<{ form: string }>
}

/** The forms of the account pages: `choice`, `delete-records`, `sign-out`. */
export async function POST(request: NextRequest, { params }: Context) {
  return handleAccountForm(request, (await params).form)
}
