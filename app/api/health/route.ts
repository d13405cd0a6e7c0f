import { NextResponse } from 'next/server'
import { pendingCount } from '#lib/consent/pending-revocations.ts'
import { env } from '#lib/env/env.ts'
import { health } from '#lib/observe/health.ts'

/** 200 while pages can be served, whatever the state of operator and store. 503 once shutdown has begun. */
export function GET() {
  const { mode, product } = env()
  const { operator, operatorReason, store, stopping } = health()
  return NextResponse.json(
    { mode, product, operator, operatorReason, store, pendingRevocations: pendingCount() },
    { status: stopping ? 503 : 200, headers: { 'Cache-Control': 'no-store' } },
  )
}
