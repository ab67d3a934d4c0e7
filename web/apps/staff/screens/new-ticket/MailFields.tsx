import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ContactOut } from '../../../../shared/api/staff'
import { useText } from '../../../../shared/i18n/language'
import { Button, Combobox } from '../../../../shared/ui/kit'
import { contactsQuery } from '../../data/creation'
import { ChipsField } from '../../parts/ChipsField'
import { useSettled } from '../../parts/useSettled'
import type { Mailbox, NewTicket } from './form'
import { keyOfMailbox, mailboxesIn, mailboxesOf, shownMailbox } from './mailboxes'
import { words } from './words'

type RecipientsProps = {
  label: string
  value: Mailbox[]
  onChange: (value: Mailbox[]) => void
  error?: string | undefined
  optional?: boolean
}

/** Recipients: contacts by name, or addresses as they are typed or pasted. */
export function RecipientsField({ value, onChange, ...field }: RecipientsProps) {
  const [typed, setTyped] = useState('')
  const settled = useSettled(typed.trim())
  const found = useQuery(contactsQuery(settled)).data ?? []
  return (
    <ChipsField
      {...field}
      value={value}
      onChange={onChange}
      items={typed.trim().length > 1 ? mailboxesOf(found) : []}
      keyOf={keyOfMailbox}
      nameOf={shownMailbox}
      onSearch={setTyped}
      read={mailboxesIn}
    />
  )
}

type RecipientProps = { form: NewTicket; set: (change: Partial<NewTicket>) => void; missing: boolean }

/** To, and CC and BCC as soon as somebody wants them. */
export function Recipients({ form, set, missing }: RecipientProps) {
  const text = useText(words)
  const [copies, setCopies] = useState(form.cc.length + form.bcc.length > 0)
  return (
    <>
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <RecipientsField
            label={text.to}
            value={form.to}
            onChange={to => set({ to })}
            error={missing ? text.missingRecipient : undefined}
          />
        </div>
        {!copies && (
          <Button look="ghost" className="mt-[26px]" onClick={() => setCopies(true)}>
            {text.showCopies}
          </Button>
        )}
      </div>
      {copies && (
        <div className="grid gap-4 sm:grid-cols-2">
          <RecipientsField label={text.cc} value={form.cc} onChange={cc => set({ cc })} />
          <RecipientsField label={text.bcc} value={form.bcc} onChange={bcc => set({ bcc })} />
        </div>
      )}
    </>
  )
}

type ContactProps = { value: ContactOut | null; onChange: (contact: ContactOut | null) => void }

/** Who the matter is for: a contact of the desk, found by name, address, company or number. */
export function ContactField({ value, onChange }: ContactProps) {
  const text = useText(words)
  const [typed, setTyped] = useState('')
  const settled = useSettled(typed.trim())
  const found = useQuery(contactsQuery(settled)).data ?? []
  const items = value && !found.some(contact => contact.id === value.id) ? [value, ...found] : found
  return (
    <Combobox
      label={text.calledBy}
      help={text.calledByHelp}
      optional
      items={items}
      value={value}
      onChange={onChange}
      keyOf={contact => contact.id}
      nameOf={contact => contact.name}
      show={contact => (
        <>
          {contact.name}
          <span className="text-fg-3"> {contact.company_name ?? contact.addresses[0] ?? ''}</span>
        </>
      )}
      onSearch={setTyped}
    />
  )
}
