import type { ReactNode } from 'react'

type CardProps = { title: string; text?: string; children: ReactNode }

/** One matter of the profile. */
export function Card({ title, text, children }: CardProps) {
  return (
    <section aria-label={title} className="flex flex-col gap-4 rounded-lg border border-line bg-surface p-5">
      <div>
        <h2 className="font-semibold text-lg">{title}</h2>
        {text && <p className="text-fg-2">{text}</p>}
      </div>
      {children}
    </section>
  )
}
