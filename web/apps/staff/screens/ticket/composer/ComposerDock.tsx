import { useNavigate, useSearch } from '@tanstack/react-router'
import { Lock, Phone, Reply } from 'lucide-react'
import { lazy, Suspense, useEffect } from 'react'
import type { ThenIn, TicketOut } from '../../../../../shared/api/staff'
import { useText } from '../../../../../shared/i18n/language'
import { useCommands } from '../../../../../shared/lib/keys'
import { Badge, Button, Kbd, Skeleton } from '../../../../../shared/ui/kit'
import { words as ticketWords } from '../words'
import { NewMessage, OthersHere } from './Notices'
import { useLeaving } from './outbox'
import { useMayWrite } from './permissions'
import { send, takeBack } from './sending'
import { markSeen, scrollToEnd } from './showNewest'
import { useDrafts } from './useDrafts'
import { useNewer } from './useNewer'
import { words } from './words'
import { isEmpty, openSlot, type Slot, useOpenSlot, useWriting } from './writing'

const load = () => import('./Composer')
const Composer = lazy(() => load().then(module => ({ default: module.Composer })))

/** Below the history: two buttons, or the composer that they open. */
export function ComposerDock({ ticket }: { ticket: TicketOut }) {
  const { number } = ticket
  const slot = useOpenSlot(number)
  useDrafts(number, true)
  // The editor is half of the app; it comes while somebody reads.
  useEffect(() => void load(), [])
  useWriteCommands(ticket)
  return (
    <footer className="shrink-0 px-4 pb-4 max-md:px-2 max-md:pb-2">
      <div className="mx-auto flex max-w-[820px] flex-col gap-2">
        {slot ? <Open key={`${number}/${slot}`} ticket={ticket} slot={slot} /> : <Closed ticket={ticket} />}
      </div>
    </footer>
  )
}

function Open({ ticket, slot }: { ticket: TicketOut; slot: Slot }) {
  const { number } = ticket
  const writing = useWriting(number, slot)
  const newer = useNewer(number, slot)
  const come = useComeBack()
  const show = () => {
    scrollToEnd()
    markSeen(number, slot, newer)
  }
  if (!writing) return null
  const onSend = (then: ThenIn | null) => void send(number, slot, then, come)
  return (
    <>
      <OthersHere ticket={ticket} />
      <NewMessage newer={newer} onShow={show} />
      <Suspense fallback={<Skeleton className="h-52 w-full rounded-lg" />}>
        <Composer ticket={ticket} writing={writing} onSend={onSend} />
      </Suspense>
    </>
  )
}

function Closed({ ticket }: { ticket: TicketOut }) {
  const text = useText(words)
  const may = useMayWrite(ticket)
  const { number, contact } = ticket
  const name = contact?.name || contact?.address
  return (
    <div className="flex gap-2">
      {may.mails && (
        <button
          type="button"
          onClick={() => openSlot(number, 'reply', true)}
          className="flex h-10 min-w-0 flex-1 items-center gap-2 rounded-lg border border-line bg-surface px-3 text-left text-fg-2 shadow-card hover:border-control"
        >
          <Reply size={15} className="text-accent-fg" aria-hidden />
          <span className="flex-1 truncate">{name ? text.replyTo(name) : text.reply}</span>
          <DraftMark number={number} slot="reply" />
          <span className="max-sm:hidden">
            <Kbd keys="r" />
          </span>
        </button>
      )}
      {may.notes && (
        <Button look="note" className="h-10! rounded-lg!" onClick={() => openSlot(number, 'note', true)}>
          <Lock size={14} aria-hidden />
          <span className="max-sm:sr-only">{text.note}</span>
          <DraftMark number={number} slot="note" />
          <span className="max-sm:hidden">
            <Kbd keys="n" />
          </span>
        </Button>
      )}
      {may.mails && (
        <Button
          look="note"
          aria-label={text.writeCall}
          className="h-10! rounded-lg!"
          onClick={() => openSlot(number, 'call', true)}
        >
          <Phone size={14} aria-hidden />
          <DraftMark number={number} slot="call" />
        </Button>
      )}
    </div>
  )
}

/** Something is written there already. */
function DraftMark({ number, slot }: { number: number; slot: Slot }) {
  const text = useText(ticketWords)
  const writing = useWriting(number, slot)
  return writing && !isEmpty(writing) ? <Badge tone="accent">{text.draft}</Badge> : null
}

/** Back to a ticket that one has left meanwhile, because its mail was taken back. */
function useComeBack() {
  const navigate = useNavigate()
  const filters = useSearch({ from: '/shell/t' })
  return (number: number) => void navigate({ to: '/t/$number', params: { number }, search: filters })
}

function useWriteCommands(ticket: TicketOut) {
  const text = useText(words)
  const tickets = useText(ticketWords)
  const may = useMayWrite(ticket)
  const come = useComeBack()
  const leaving = useLeaving().findLast(each => each.undoUntil !== null)
  const { number } = ticket
  const write = (slot: Slot) => () => openSlot(number, slot, true)
  const group = tickets.ticket
  useCommands('ticket', [
    ...(may.mails
      ? [
          { id: 'reply', group, label: text.writeReply, keys: 'r', run: write('reply') },
          { id: 'call', group, label: text.writeCall, run: write('call') },
        ]
      : []),
    ...(may.notes ? [{ id: 'note', group, label: text.writeNote, keys: 'n', run: write('note') }] : []),
    ...(leaving
      ? [{ id: 'undo-send', group, label: text.undoSend, keys: 'z', run: () => void takeBack(leaving.key, come) }]
      : []),
  ])
}
