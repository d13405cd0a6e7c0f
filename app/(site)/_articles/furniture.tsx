import type { ReactNode } from 'react'

/** The opening paragraph, with its drop initial. */
export function Opening({ children }: { children: ReactNode }) {
  return <p className="prose-opening">{children}</p>
}

export function PullQuote({ children }: { children: ReactNode }) {
  return <p className="pull-quote">{children}</p>
}

export function SideNote({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="side-note">
      <strong>{title}</strong>
      {children}
    </div>
  )
}

interface PlateProps {
  caption: ReactNode
  /** A description of the drawing for screen readers. */
  description: string
  viewBox: string
  children: ReactNode
}

/** An inline drawing in the colours of the text. */
export function Plate({ caption, description, viewBox, children }: PlateProps) {
  return (
    <figure className="plate">
      <svg viewBox={viewBox} className="drawing" role="img" aria-label={description} fill="none">
        {children}
      </svg>
      <figcaption>{caption}</figcaption>
    </figure>
  )
}

export function Emblem({ children }: { children: ReactNode }) {
  return (
    <svg viewBox="0 0 96 96" className="story-emblem" aria-hidden="true" focusable="false" fill="none">
      {children}
    </svg>
  )
}

/** The small lamp at the end of an article. */
export function End() {
  return <span className="prose-end" aria-hidden="true" />
}
