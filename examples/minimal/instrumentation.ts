/** Next calls it once, when the server starts: a variable of identity.ts that is missing or wrong is reported now. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') (await import('./identity')).identity()
}
