import type { ActivityOut, AttachmentOut } from '../../../../shared/api/staff'
import { CleanHtml } from './CleanHtml'

/** What a colleague wrote, or a mail without HTML. */
export function NoteBody({ number, activity }: { number: number; activity: ActivityOut }) {
  const { html, kind, attachments } = activity
  if (html !== null && (kind === 'note' || kind === 'call'))
    return <CleanHtml html={withImages(number, html, attachments)} />
  return <div className="reading whitespace-pre-wrap">{activity.text}</div>
}

/** Images inside the text are named by their Content-ID. */
const withImages = (number: number, html: string, files: readonly AttachmentOut[]) =>
  html.replace(/src="cid:([^"]{1,300})"/g, (all, id: string) => {
    const file = files.find(each => each.content_id === id)
    return file ? `src="/api/v1/tickets/${number}/attachments/${file.sha256}"` : all
  })
