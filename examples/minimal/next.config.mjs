/** Inside the repository Next would otherwise take that of the site, one folder up. */
const config = { poweredByHeader: false }
export default config
