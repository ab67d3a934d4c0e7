import type { ReactNode } from 'react'

export type Fact = { name: string; value: ReactNode }

/** What is known of something that nobody edits, name by value; what is not known is left out. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1.5 max-sm:grid-cols-1 max-sm:gap-y-0">
      {facts
        .filter(fact => fact.value !== null && fact.value !== undefined && fact.value !== '')
        .map(fact => (
          <div key={fact.name} className="contents">
            <dt className="text-fg-3">{fact.name}</dt>
            <dd className="min-w-0 break-words max-sm:mb-2">{fact.value}</dd>
          </div>
        ))}
    </dl>
  )
}

type SheetProps = { title: string; actions?: ReactNode; children: ReactNode }

/** The frame of what is only looked at: a title, what can be done, and the facts. */
export function Sheet({ title, actions, children }: SheetProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: nothing in it may take the focus, and it must be scrolled by keys
    <section aria-label={title} tabIndex={0} className="min-h-0 flex-1 overflow-y-auto">
      <div className="flex max-w-2xl flex-col gap-5 p-6 max-md:p-4">
        <div className="flex min-h-8 flex-wrap items-center gap-2">
          <h2 className="min-w-0 flex-1 break-words font-semibold text-lg">{title}</h2>
          {actions}
        </div>
        {children}
      </div>
    </section>
  )
}
