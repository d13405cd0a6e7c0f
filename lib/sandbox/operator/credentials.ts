import 'server-only'

/**
 * The test clients that the real operator ships for local use: published constants, the same for everybody
 * (https://github.com/IABTechLab/uid2-operator, src/main/resources/com.uid2.core/test). They open nothing
 * but this sandbox and local operators.
 */
export const publisher = {
  siteId: 124,
  apiKey: 'UID2-C-L-124-H8VwqX.l2G4TCuUWYAqdqkeG/UqtFoPEoXirKn4kHWxc=',
  clientSecret: 'NcMgi6Y8C80SlxvV7pYlfcvEIo+2b0508tYQ3pKK8HM=',
  roles: ['GENERATOR'],
} as const

export const dsp = {
  siteId: 123,
  apiKey: 'UID2-C-L-123-t32pCM.5NCX1E94UgOd2f8zhsKmxzCoyhXohHYSSWR8U=',
  clientSecret: 'FsD4bvtjMkeTonx6HvQp6u0EiI1ApGH4pIZzZ5P7UcQ=',
  roles: ['ID_READER'],
} as const
