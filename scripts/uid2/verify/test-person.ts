/** Of the protocol: never opted out, and validated by every operator. */
export const testPerson = { email: 'validate@example.com' }
