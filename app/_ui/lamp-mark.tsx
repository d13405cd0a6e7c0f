/** The magazine's logo: a hand lantern with a coloured flame. */
export function LampMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 44" className={className} aria-hidden="true" focusable="false" fill="none">
      <path d="M9 13C9 3 23 3 23 13" stroke="currentColor" strokeWidth="1.6" />
      <path d="M10 16.5 12.5 12h7l2.5 4.5Z" fill="currentColor" />
      <path d="M10.5 17 8 36M21.5 17 24 36" stroke="currentColor" strokeWidth="1.6" />
      <path d="M6 36.5h20v4H6Z" fill="currentColor" />
      <path
        d="M16 20.5c3.6 4 4.6 6.300 4.6 8.7a4.6 4.6 0 0 1-9.200 0c0-2.400 1-4.7 4.6-8.7Z"
        fill="var(--lamp)"
      />
    </svg>
  )
}
