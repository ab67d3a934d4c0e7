import { EyeOff, Lock, Mail, Paperclip, Phone, Send, Undo2 } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ActivityOut, AttachmentOut } from '../../../../shared/api/staff'
import { fileSize, fullMoment, moment } from '../../../../shared/i18n/formats'
import { useText } from '../../../../shared/i18n/language'
import { classes } from '../../../../shared/lib/classes'
import { Avatar } from '../../../../shared/ui/kit'
import { SendingMark } from './LeavingCard'
import { MailBody } from './MailBody'
import { NoteBody } from './NoteBody'
import { words } from './words'

const looks = {
  incoming: 'mr-8 border-line bg-surface max-md:mr-0',
  outgoing: 'ml-8 border-line bg-out max-md:ml-0',
  note: 'border-note-line bg-note',
  call: 'border-note-line bg-note',
} as const

type ActivityCardProps = { number: number; activity: ActivityOut }

/** A mail, a note or a call: from whom, to whom, when, and what it says. */
export function ActivityCard({ number, activity }: ActivityCardProps) {
  const kind = activity.kind === 'status_change' ? 'note' : activity.kind
  return (
    <section
      aria-label={`${activity.author.name}, ${moment(activity.at)}`}
      className={classes('rounded-lg border p-3.5', looks[kind])}
    >
      <header className="flex items-center gap-2">
        <Avatar name={activity.author.name} size={24} />
        <span className="max-w-[60%] shrink-0 truncate font-semibold">{activity.author.name}</span>
        <Kind activity={activity} />
        <span className="flex-1" />
        <time dateTime={activity.at} title={fullMoment(activity.at)} className="shrink-0 text-fg-2 text-xs">
          {moment(activity.at)}
        </time>
      </header>
      <div className="mt-2 pl-8 max-md:pl-0">
        <Content number={number} activity={activity} />
        <SendingMark activityId={activity.id} />
        <Attachments number={number} files={activity.attachments.filter(file => !isShownInside(file, activity.html))} />
      </div>
    </section>
  )
}

/** An image that the text shows itself is no attachment for people. */
const isShownInside = (file: AttachmentOut, html: string | null) =>
  file.inline || (file.content_id !== null && (html?.includes(`cid:${file.content_id}`) ?? false))

function Kind({ activity }: { activity: ActivityOut }) {
  const text = useText(words)
  const to = activity.to.map(mailbox => mailbox.name || mailbox.address).join(', ')
  switch (activity.kind) {
    case 'note':
      return (
        <Label icon={<Lock size={13} aria-hidden />}>{activity.form ? text[activity.form] : text.internalNote}</Label>
      )
    case 'call':
      return <Label icon={<Phone size={13} aria-hidden />}>{text.call}</Label>
    default: {
      const Icon = activity.kind === 'outgoing' ? Send : Mail
      return (
        <span className="flex min-w-0 items-center gap-1 text-fg-2 text-xs">
          <Icon size={13} aria-hidden />
          <span className="truncate">{to && `${text.to} ${to}`}</span>
        </span>
      )
    }
  }
}

const Label = ({ icon, children }: { icon: ReactNode; children: string }) => (
  <span className="flex shrink-0 items-center gap-1 font-medium text-note-fg text-xs">
    {icon}
    {children}
  </span>
)

function Content({ number, activity }: ActivityCardProps) {
  const text = useText(words)
  if (activity.hidden)
    return <Gone icon={<EyeOff size={14} aria-hidden />}>{text.hidden(activity.hidden.by.name)}</Gone>
  if (activity.withdrawn_at) return <Gone icon={<Undo2 size={14} aria-hidden />}>{text.withdrawn}</Gone>
  const isMail = activity.kind === 'incoming' || activity.kind === 'outgoing'
  return (
    <>
      {isMail && activity.html ? (
        <MailBody number={number} activityId={activity.id} title={text.document(activity.author.name)} />
      ) : (
        <NoteBody number={number} activity={activity} />
      )}
      {activity.truncated && <p className="mt-2 text-fg-3 text-xs">{text.truncated}</p>}
    </>
  )
}

const Gone = ({ icon, children }: { icon: ReactNode; children: string }) => (
  <p className="flex items-center gap-1.5 text-fg-2 italic">
    {icon}
    {children}
  </p>
)

function Attachments({ number, files }: { number: number; files: readonly AttachmentOut[] }) {
  const text = useText(words)
  if (files.length === 0) return null
  return (
    <ul aria-label={text.attachments} className="mt-3 flex flex-wrap gap-2">
      {files.map(file => (
        <li key={`${file.sha256}${file.filename}`} className="min-w-0">
          <a
            href={`/api/v1/tickets/${number}/attachments/${file.sha256}`}
            download={file.filename}
            className="flex h-8 max-w-72 items-center gap-2 rounded-md border border-line bg-surface px-2.5 hover:bg-hover"
          >
            <Paperclip size={13} aria-hidden className="text-fg-3" />
            <span className="truncate font-medium">{file.filename}</span>
            <span className="num shrink-0 text-fg-3 text-xs">{fileSize(file.size)}</span>
          </a>
        </li>
      ))}
    </ul>
  )
}
