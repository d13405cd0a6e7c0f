/** The protocol's test person: never opted out, and valid at every operator. */
export const testPerson = { email: 'validate@example.com' }
