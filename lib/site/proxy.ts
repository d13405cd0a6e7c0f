import 'server-only'
import type { NextFetchEvent, NextRequest, NextResponse } from 'next/server'
import { rejectRequest } from '../http/page-requests'
import { identity } from './identity'

/**
 * Rejects requests that no page accepts, and refreshes a due identity. It is never a lock: each surface
 * checks for itself.
 */
export const proxy = async (request: NextRequest, event: NextFetchEvent): Promise<NextResponse> =>
  rejectRequest(request) ?? identity().proxy(request, event)
