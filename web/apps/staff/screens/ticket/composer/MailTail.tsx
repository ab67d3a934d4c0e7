import { ChevronRight, X } from 'lucide-react'
import { useText } from '../../../../../shared/i18n/language'
import { Button, IconButton } from '../../../../../shared/ui/kit'
import { CleanHtml } from '../CleanHtml'
import { write } from './saving'
import { words } from './words'
import type { Writing } from './writing'

/** What is put below the text when it is sent: the signature, and what is answered. Each can be left out. */
export function MailTail({ writing }: { writing: Writing }) {
  const text = useText(words)
  const { number, slot, beginning, withSignature, withQuote } = writing
  if (!beginning) return null
  const { signature_html: signature, quoted_html: quoted } = beginning
  return (
    <div className="flex flex-col gap-1 px-3.5 pb-2 text-fg-2">
      {signature && (
        <Part
          name={text.signature}
          html={signature}
          on={withSignature}
          add={text.signatureAdd}
          remove={text.signatureRemove}
          onChange={next => write(number, slot, { withSignature: next })}
        />
      )}
      {quoted && (
        <Part
          name={text.quotation}
          html={quoted}
          on={withQuote}
          add={text.quotationAdd}
          remove={text.quotationRemove}
          onChange={next => write(number, slot, { withQuote: next })}
        />
      )}
    </div>
  )
}

type PartProps = {
  name: string
  html: string
  on: boolean
  add: string
  remove: string
  onChange: (on: boolean) => void
}

function Part({ name, html, on, add, remove, onChange }: PartProps) {
  if (!on)
    return (
      <Button look="ghost" size="sm" className="self-start" onClick={() => onChange(true)}>
        {add}
      </Button>
    )
  return (
    <div className="flex items-start gap-1">
      <details className="group min-w-0 flex-1">
        <summary className="flex h-7 w-max cursor-pointer list-none items-center gap-1 rounded-md px-1 text-xs hover:bg-hover">
          <ChevronRight size={12} aria-hidden className="group-open:rotate-90" />
          {name}
        </summary>
        <div className="max-h-48 overflow-y-auto rounded-md bg-sunken px-3 py-2">
          <CleanHtml html={html} />
        </div>
      </details>
      <IconButton label={remove} side="left" onClick={() => onChange(false)}>
        <X size={12} />
      </IconButton>
    </div>
  )
}
