import 'server-only'
import type { NextFetchEvent, NextRequest, NextResponse } from 'next/server'
import { rejectRequest } from '../http/page-requests'
import { identity } from './identity'

/** Refuses what no page takes, and refreshes an identity on its way. Never a lock: each surface decides for itself. */
export const proxy = async (request: NextRequest, event: NextFetchEvent): Promise<NextResponse> =>
  rejectRequest(request) ?? identity().proxy(request, event)
