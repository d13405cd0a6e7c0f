import type { HandoffEnvironment } from './environment.ts'

interface WakeUps {
  visible(): void
  online(): void
  /** The page came back from the back/forward cache with the memory it left with. */
  restored(): void
}

/** Timers sleep with the tab and the device; these are the moments at which time may have passed. */
export function listenForWakeUps(env: HandoffEnvironment, on: WakeUps): () => void {
  const visibility = () => {
    if (env.document.visibilityState === 'visible') on.visible()
  }
  const pageshow = (event: Event) => {
    if ('persisted' in event && event.persisted === true) on.restored()
  }
  env.document.addEventListener('visibilitychange', visibility)
  env.window.addEventListener('online', on.online)
  env.window.addEventListener('pageshow', pageshow)
  return () => {
    env.document.removeEventListener('visibilitychange', visibility)
    env.window.removeEventListener('online', on.online)
    env.window.removeEventListener('pageshow', pageshow)
  }
}
