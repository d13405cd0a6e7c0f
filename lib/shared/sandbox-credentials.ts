/**
 * Clients of the sandbox operator: the public test clients from the real operator's test resources. They are
 * no secrets, and the same on each instance and after each restart.
 */
export const sandboxPublisher = {
  siteId: 124,
  apiKey: 'UID2-C-L-124-H8VwqX.l2G4TCuUWYAqdqkeG/UqtFoPEoXirKn4kHWxc=',
  clientSecret: 'NcMgi6Y8C80SlxvV7pYlfcvEIo+2b0508tYQ3pKK8HM=',
} as const

export const sandboxDsp = {
  siteId: 123,
  apiKey: 'UID2-C-L-123-t32pCM.5NCX1E94UgOd2f8zhsKmxzCoyhXohHYSSWR8U=',
  clientSecret: 'FsD4bvtjMkeTonx6HvQp6u0EiI1ApGH4pIZzZ5P7UcQ=',
} as const

/** A client that shares tokens with other companies. Neither the site nor the sandbox buyer uses it. */
export const sandboxSharer = {
  siteId: 125,
  apiKey: 'UID2-C-L-125-E5w9L8.T5og45yFqQeoj4ubh9IVqXcaSVwk7A5XyG958=',
  clientSecret: '3YAgjckHGQyBgSFj64ZsLf8WlUnvrQhLKuG7rljp6W4=',
} as const
