import type { PublicIdentity } from '#lib/identity/public.ts'
import type { Signals } from './consent-platform.ts'
import type { HandoffEnvironment } from './environment.ts'
import { type Method, requestIdentity } from './identity-api.ts'

/** The hand-off's requests, one at a time. */
export function createWire(env: HandoffEnvironment) {
  /** Answers to requests of an earlier generation are ignored. */
  let generation = 0
  let inFlight: Method | null = null
  let idling = false

  return {
    get inFlight() {
      return inFlight
    },
    ask(method: Method, signals: Signals | null, answered: (answer: PublicIdentity | null) => void): void {
      inFlight = method
      const mine = generation
      void requestIdentity(env, method, signals).then((answer) => {
        if (mine !== generation) return
        inFlight = null
        answered(answer)
      })
    },
    atIdle(run: () => void): void {
      if (idling) return
      idling = true
      const mine = generation
      env.idle(() => {
        if (mine !== generation) return
        idling = false
        run()
      })
    },
    /** Whatever is under way was asked before the thing that just happened. */
    supersede(): void {
      generation += 1
      inFlight = null
      idling = false
    },
  }
}
