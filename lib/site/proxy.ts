import 'server-only'
import type { NextFetchEvent, NextRequest, NextResponse } from 'next/server'
import { refuseRequest } from '../http/page-requests'
import { identity } from './identity'

/** Refuses what no page takes, and refreshes an identity on its way. Never a lock: each surface decides for itself. */
export const proxy = async (request: NextRequest, event: NextFetchEvent): Promise<NextResponse> =>
  refuseRequest(request) ?? identity().proxy(request, event)
