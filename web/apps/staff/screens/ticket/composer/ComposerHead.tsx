import { ChevronDown, Lock, Phone, Reply, Trash2 } from 'lucide-react'
import type { TicketOut } from '../../../../../shared/api/staff'
import { useText } from '../../../../../shared/i18n/language'
import { classes } from '../../../../../shared/lib/classes'
import { IconButton, notify } from '../../../../../shared/ui/kit'
import { problemText } from '../../../app/problems'
import { mayReply } from './permissions'
import { ModeMenu } from './Recipients'
import { discard, save } from './saving'
import { words } from './words'
import { closeSlot, isEmpty, openSlot, putWriting, type Slot, type Writing } from './writing'

const ICONS = { reply: Reply, note: Lock, call: Phone } as const

/** What is written here, how far it is saved, and how to be rid of it. */
export function ComposerHead({ ticket, writing }: { ticket: TicketOut; writing: Writing }) {
  const text = useText(words)
  const { number, slot } = writing
  const names: Record<Slot, string> = { reply: text.reply, note: text.note, call: text.call }
  const slots: readonly Slot[] = mayReply(ticket) ? ['reply', 'note', 'call'] : ['note', 'call']
  return (
    <div className="flex items-center gap-1 px-2 pt-2">
      <fieldset aria-label={text.whatKind} className="flex shrink-0 gap-1">
        {slots.map(each => {
          const Icon = ICONS[each]
          const on = each === slot
          const tone = each === 'reply' ? 'bg-accent-soft text-accent-fg' : 'bg-surface text-note-fg'
          return (
            <button
              key={each}
              type="button"
              aria-pressed={on}
              onClick={() => openSlot(number, each, true)}
              className={classes(
                'inline-flex h-7 items-center gap-1.5 whitespace-nowrap rounded-md px-2.5 font-semibold text-xs',
                on ? tone : 'text-fg-2 hover:bg-hover',
              )}
            >
              <Icon size={13} aria-hidden />
              <span className={on ? '' : '@max-lg:sr-only'}>{names[each]}</span>
            </button>
          )
        })}
      </fieldset>
      {slot === 'reply' && <ModeMenu writing={writing} />}
      <span className="flex-1" />
      <SavedState writing={writing} />
      <IconButton label={text.discard} onClick={() => void throwAway(writing, text)}>
        <Trash2 size={14} />
      </IconButton>
      <IconButton label={text.fold} keys="Escape" onClick={() => closeSlot(number)}>
        <ChevronDown size={14} />
      </IconButton>
    </div>
  )
}

function SavedState({ writing }: { writing: Writing }) {
  const text = useText(words)
  const { saved, draft } = writing
  const shown =
    saved === 'failed'
      ? text.notSaved
      : saved === 'saving' || (saved === 'dirty' && draft)
        ? text.saving
        : draft
          ? text.saved
          : ''
  return (
    <span aria-live="polite" className={classes('truncate text-xs', saved === 'failed' ? 'text-bad-fg' : 'text-fg-2')}>
      {shown}
    </span>
  )
}

/** Gone at once, and back with Undo. */
async function throwAway(writing: Writing, text: { discarded: string }) {
  const { number, slot, edition } = writing
  closeSlot(number)
  try {
    await discard(number, slot)
  } catch (error) {
    notify({ title: problemText(error), tone: 'error' })
    return
  }
  if (isEmpty(writing)) return
  notify({
    title: text.discarded,
    undo: () => {
      putWriting({ ...writing, draft: null, saved: 'dirty', edition: edition + 1 })
      openSlot(number, slot, true)
      void save(number, slot)
    },
  })
}
