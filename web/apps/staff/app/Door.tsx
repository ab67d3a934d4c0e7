import type { FormEvent, ReactNode } from 'react'
import { setLanguage, useLanguage } from '../../../shared/i18n/language'
import { Button } from '../../../shared/ui/kit'

type DoorProps = { title: string; text?: ReactNode; children: ReactNode; below?: ReactNode }

/** The frame of every screen before the sign-in: a card in the middle, and the choice of the language. */
export function Door({ title, text, children, below }: DoorProps) {
  return (
    <main className="flex h-full flex-col items-center overflow-y-auto px-4 py-[10vh]">
      <div className="flex items-center gap-2.5">
        <img src="/icon.svg" alt="" width="28" height="28" />
        <span className="font-semibold text-lg">Deskstream</span>
      </div>
      <section className="mt-6 w-full max-w-[400px] rounded-lg border border-line bg-surface p-6 shadow-card">
        <h1 className="font-semibold text-xl">{title}</h1>
        {text && <div className="mt-1 text-fg-2">{text}</div>}
        <div className="mt-5">{children}</div>
      </section>
      {below && <div className="mt-4">{below}</div>}
      <LanguageChoice />
    </main>
  )
}

function LanguageChoice() {
  const language = useLanguage()
  const other = language === 'de' ? 'en' : 'de'
  return (
    <Button look="ghost" size="sm" lang={other} className="mt-4" onClick={() => setLanguage(other)}>
      {other === 'de' ? 'Deutsch' : 'English'}
    </Button>
  )
}

type DoorFormProps = {
  onSubmit: () => void
  action: string
  busy: boolean
  problem?: string | undefined
  children: ReactNode
}

/** The form of such a screen; what the server refused stands above the button. */
export function DoorForm({ onSubmit, action, busy, problem, children }: DoorFormProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!busy) onSubmit()
  }
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      {children}
      {problem && (
        <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-bad-fg">
          {problem}
        </p>
      )}
      <Button look="primary" size="lg" type="submit" aria-disabled={busy}>
        {action}
      </Button>
    </form>
  )
}

export const LINK = 'font-medium text-accent-fg underline underline-offset-2'
