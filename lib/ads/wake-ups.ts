import type { HandoffEnvironment } from './environment.ts'

interface WakeUps {
  visible(): void
  online(): void
  /** The page came back from the back/forward cache with the memory it left with. */
  restored(): void
}

/** Timers sleep with the tab and the device; these are the moments at which time may have passed. */
export function listenForWakeUps({ window, document }: HandoffEnvironment, on: WakeUps): () => void {
  const ended = new AbortController()
  const { signal } = ended
  document.addEventListener(
    'visibilitychange',
    () => document.visibilityState === 'visible' && on.visible(),
    {
      signal,
    },
  )
  window.addEventListener('online', on.online, { signal })
  window.addEventListener('pageshow', (event) => 'persisted' in event && event.persisted && on.restored(), {
    signal,
  })
  return () => ended.abort()
}
