import { apiError } from '#lib/http/api-error.ts'

/** For unknown paths, where Next would render a page. */
const notFound = () => apiError('not_found', 'There is no such route.')

export {
  notFound as DELETE,
  notFound as GET,
  notFound as OPTIONS,
  notFound as PATCH,
  notFound as POST,
  notFound as PUT,
}
