import type { NextRequest } from 'next/server'
import { identity } from '../../../identity'

// The token store in the page calls them: for the token as it stands, and to generate or refresh one.
export const GET = (request: NextRequest) => identity().route.GET(request)
export const POST = (request: NextRequest) => identity().route.POST(request)
