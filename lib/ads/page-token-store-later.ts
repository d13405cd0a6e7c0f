/** What the page's token store loads after its first answer, as one file. */
export { createSchedulerWithConsent } from './consent/consent-sync'
export { removeLeftovers } from './leftovers'
export { startCleanUp } from './page-clean-up'
