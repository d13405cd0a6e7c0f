import { NextResponse } from 'next/server'
import { privateHeaders } from '#lib/identity/write.ts'

/** For every path that no route of the API has; Next would render a page. */
const notFound = () =>
  NextResponse.json(
    { error: 'not_found', message: 'There is no such route.' },
    { status: 404, headers: privateHeaders },
  )

export {
  notFound as DELETE,
  notFound as GET,
  notFound as OPTIONS,
  notFound as PATCH,
  notFound as POST,
  notFound as PUT,
}
