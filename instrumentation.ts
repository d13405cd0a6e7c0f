/** Runs once when a server process starts, not during a build. */
export async function register(): Promise<void> {
  // In this form the bundle for the edge runtime drops the branch.
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { boot } = await import('#lib/site/boot.ts')
    await boot()
  }
}
