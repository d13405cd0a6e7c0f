import type { ReactNode } from 'react'

interface LabBoxProps {
  label: string
  /** What stands in it while there is nothing to show; false once there is. */
  empty: string | false
  /** For a table. */
  tall?: boolean
  children: ReactNode
}

/** Of one height however much comes in, so that nothing below it moves. */
export function LabBox({ label, empty, tall = false, children }: LabBoxProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className="lab-box" data-tall={tall} aria-label={label} tabIndex={0}>
      {empty === false ? children : <p className="lab-empty">{empty}</p>}
    </section>
  )
}
