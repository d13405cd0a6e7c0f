/** For unknown paths, where Next would render a page. */
const notFound = () => new Response('Not Found', { status: 404 })

export {
  notFound as DELETE,
  notFound as GET,
  notFound as OPTIONS,
  notFound as PATCH,
  notFound as POST,
  notFound as PUT,
}
