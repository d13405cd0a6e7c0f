/** Next calls it once, when the server starts: a missing variable is reported now, not at the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') (await import('./identity')).identity()
}
