/** Inside the repository Next would otherwise take that of the site, one folder up. */
export default { poweredByHeader: false }
