import { EditorContent } from '@tiptap/react'
import { Lock } from 'lucide-react'
import { type DragEvent, type KeyboardEvent, useState } from 'react'
import type { ThenIn, TicketOut } from '../../../../../shared/api/staff'
import { useText } from '../../../../../shared/i18n/language'
import { classes } from '../../../../../shared/lib/classes'
import { Button } from '../../../../../shared/ui/kit'
import { problemText } from '../../../app/problems'
import { ComposerHead } from './ComposerHead'
import { FileList } from './FileList'
import { addFiles, filesReady } from './files'
import { MailTail } from './MailTail'
import { Notice, Refusal } from './Notices'
import { Recipients } from './Recipients'
import { SendButton } from './SendButton'
import { keepOurs, takeTheirs, write } from './saving'
import { TemplatePicker } from './TemplatePicker'
import { Toolbar } from './Toolbar'
import { useBeginning } from './useBeginning'
import { useWritingEditor } from './useWritingEditor'
import { words } from './words'
import { closeSlot, isEmpty, type Writing } from './writing'

type ComposerProps = { ticket: TicketOut; writing: Writing; onSend: (then: ThenIn | null) => void }

const NAMES = { reply: 'writeReply', note: 'writeNote', call: 'writeCall' } as const

/** Where a mail, a note or a call is written. A note looks different in five ways, so that nobody takes one for the other. */
export function Composer({ ticket, writing, onSend }: ComposerProps) {
  const text = useText(words)
  const { number, slot } = writing
  const inside = slot !== 'reply'
  const [dragged, setDragged] = useState(false)
  const [picking, setPicking] = useState(false)
  const pick = () => setPicking(true)
  const editor = useWritingEditor(writing, pick)
  const failed = useBeginning(writing)
  const ready = !isEmpty(writing) && filesReady(writing.files)
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      if (ready) onSend(null)
    } else if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('[role=listbox]')) {
      event.preventDefault()
      closeSlot(number)
    }
  }
  const dropped = (event: DragEvent) => {
    setDragged(false)
    if (event.defaultPrevented) return // the editor has taken it
    event.preventDefault()
    addFiles(number, slot, [...event.dataTransfer.files])
  }
  const over = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return
    event.preventDefault()
    setDragged(true)
  }
  const out = (event: DragEvent) =>
    !event.currentTarget.contains(event.relatedTarget as Node | null) && setDragged(false)
  return (
    <section
      aria-label={text[NAMES[slot]]}
      onKeyDown={pressed}
      onDragOver={over}
      onDragLeave={out}
      onDrop={dropped}
      className={classes(
        '@container relative rounded-lg border shadow-card',
        inside ? 'border-note-line border-dashed bg-note' : 'border-line bg-surface focus-within:border-accent',
      )}
    >
      <ComposerHead ticket={ticket} writing={writing} />
      {inside ? (
        <p className="flex items-center gap-1.5 px-3.5 pt-2 font-medium text-note-fg text-xs">
          <Lock size={12} aria-hidden />
          {text.staysInside}
        </p>
      ) : (
        <Recipients writing={writing} />
      )}
      <Problems writing={writing} failed={failed} onSend={onSend} />
      <div className="max-h-[34vh] overflow-y-auto">
        <div className="px-3.5 py-3">
          <EditorContent editor={editor} />
        </div>
        <FileList writing={writing} />
        {!inside && <MailTail writing={writing} />}
      </div>
      <div
        className={classes(
          'flex flex-wrap items-center gap-0.5 border-t px-2 py-1.5',
          inside ? 'border-note-line' : 'border-line',
        )}
      >
        <Toolbar editor={editor} number={number} slot={slot} onTemplate={pick} />
        <span className="flex-1" />
        <SendButton ticket={ticket} slot={slot} disabled={!ready} onSend={onSend} />
      </div>
      {picking && <TemplatePicker ticket={ticket} slot={slot} editor={editor} onClose={() => setPicking(false)} />}
      {dragged && (
        <div className="pointer-events-none absolute inset-0 z-10 flex items-center justify-center rounded-lg border-2 border-accent border-dashed bg-accent-soft font-semibold text-accent-fg">
          {text.dropFiles}
        </div>
      )}
    </section>
  )
}

type ProblemsProps = { writing: Writing; failed: unknown; onSend: (then: ThenIn | null) => void }

/** What stands in the way of sending: another window, a refusal, no proposal of recipients. */
function Problems({ writing, failed, onSend }: ProblemsProps) {
  const text = useText(words)
  const { number, slot, saved, refused } = writing
  if (saved !== 'conflict' && !refused && !failed) return null
  const sendAnyway = (lastSeen: string) => {
    write(number, slot, { lastSeen, refused: null })
    onSend(null)
  }
  return (
    <div className="flex flex-col gap-1.5 px-3.5 pt-2">
      {saved === 'conflict' && (
        <Notice
          icon={null}
          alert
          action={
            <>
              <Button size="sm" onClick={() => void keepOurs(number, slot)}>
                {text.conflictKeep}
              </Button>
              <Button size="sm" onClick={() => void takeTheirs(number, slot)}>
                {text.conflictTake}
              </Button>
            </>
          }
        >
          {text.conflict}
        </Notice>
      )}
      <Refusal writing={writing} onSendAnyway={sendAnyway} />
      {failed !== null && failed !== undefined && (
        <Notice icon={null} alert>
          {problemText(failed)}
        </Notice>
      )}
    </div>
  )
}
