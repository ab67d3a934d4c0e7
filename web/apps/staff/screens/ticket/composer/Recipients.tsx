import { Check, ChevronDown, Reply, ReplyAll, StepForward } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { BeginningMailbox, Mode } from '../../../../../shared/api/staff'
import { useText } from '../../../../../shared/i18n/language'
import { Button, Menu, MenuItem } from '../../../../../shared/ui/kit'
import { RecipientField } from './RecipientField'
import { write } from './saving'
import { words } from './words'
import type { Writing } from './writing'

const ICONS = { reply: Reply, reply_all: ReplyAll, follow_up: StepForward } as const

/** To, Cc and Bcc of a mail; Cc and Bcc come when they are wanted. */
export function Recipients({ writing }: { writing: Writing }) {
  const text = useText(words)
  const [wanted, setWanted] = useState({ cc: false, bcc: false })
  const { number, slot } = writing
  const change = (field: 'to' | 'cc' | 'bcc') => (mailboxes: BeginningMailbox[]) =>
    write(number, slot, { [field]: mailboxes, wantsRecipients: false })
  const cc = wanted.cc || writing.cc.length > 0
  const bcc = wanted.bcc || writing.bcc.length > 0
  const focusNew = (input: HTMLInputElement | null) => {
    if (input && input.dataset.met === undefined) {
      input.dataset.met = ''
      input.focus()
    }
  }
  return (
    <div className="flex flex-col border-line border-b px-3.5 py-1.5">
      <Row label={text.to}>
        <RecipientField label={text.to} mailboxes={writing.to} onChange={change('to')} />
        {!cc && (
          <Button look="ghost" size="sm" onClick={() => setWanted({ ...wanted, cc: true })}>
            {text.addCc}
          </Button>
        )}
        {!bcc && (
          <Button look="ghost" size="sm" onClick={() => setWanted({ ...wanted, bcc: true })}>
            {text.addBcc}
          </Button>
        )}
      </Row>
      {cc && (
        <Row label={text.cc}>
          <RecipientField
            label={text.cc}
            mailboxes={writing.cc}
            onChange={change('cc')}
            {...(wanted.cc && { inputRef: focusNew })}
          />
        </Row>
      )}
      {bcc && (
        <Row label={text.bcc}>
          <RecipientField
            label={text.bcc}
            mailboxes={writing.bcc}
            onChange={change('bcc')}
            {...(wanted.bcc && { inputRef: focusNew })}
          />
        </Row>
      )}
    </div>
  )
}

const Row = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="flex items-start gap-2 text-xs">
    <span aria-hidden className="w-7 shrink-0 py-1.5 text-fg-3">
      {label}
    </span>
    {children}
  </div>
)

/** Whether an answer goes to the sender, to everybody, or behind our own last mail. */
export function ModeMenu({ writing }: { writing: Writing }) {
  const text = useText(words)
  const names: Record<Mode, string> = { reply: text.reply, reply_all: text.replyAll, follow_up: text.followUp }
  const { number, slot, mode } = writing
  const choose = (next: Mode) =>
    write(number, slot, { mode: next, activityId: null, beginning: null, wantsRecipients: true })
  return (
    <Menu
      trigger={
        <Button look="ghost" size="sm" aria-label={`${text.mode}: ${names[mode]}`} className="text-fg-2">
          {names[mode]}
          <ChevronDown size={12} />
        </Button>
      }
    >
      {(['reply_all', 'reply', 'follow_up'] as const).map(each => {
        const Icon = ICONS[each]
        return (
          <MenuItem key={each} icon={<Icon size={14} />} onClick={() => choose(each)}>
            <span className="flex items-center gap-2">
              <span className="flex-1">{names[each]}</span>
              {each === mode && <Check size={14} className="text-accent-fg" />}
            </span>
          </MenuItem>
        )
      })}
    </Menu>
  )
}
