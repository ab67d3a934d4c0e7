import type { ActivityOut, DraftContent, DraftOut, ThenIn } from '../../../../../shared/api/staff'
import { blank, type Slot, type Writing, type WrittenFile } from './writing'

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const UPLOAD_SRC = new RegExp(`src="/api/v1/uploads/(${UUID})/content"`, 'g')
const UPLOAD_CID = new RegExp(`src="cid:(${UUID})"`, 'g')

/** Where an upload can be looked at before it is sent. */
export const uploadAddress = (id: string) => `/api/v1/uploads/${id}/content`

/** Images inside the text are named by the upload on the server, and by its address in the editor. */
const toServer = (html: string) => html.replace(UPLOAD_SRC, (_, id: string) => `src="cid:${id}"`)
const toEditor = (html: string) => html.replace(UPLOAD_CID, (_, id: string) => `src="${uploadAddress(id)}"`)

const slotOf = (draft: DraftOut): Slot | null => {
  switch (draft.kind) {
    case 'reply':
    case 'follow_up':
      return 'reply'
    case 'note':
    case 'call':
      return draft.kind
    default:
      return null
  }
}

/** What the server keeps while somebody writes: only what they wrote, without quotation and signature. */
export function draftContent(writing: Writing): DraftContent {
  const content: DraftContent = {
    text: writing.text,
    html: toServer(writing.html),
    attachments: writing.files.flatMap(file => (file.id && !file.inline ? [file.id] : [])),
    last_seen_activity: writing.lastSeen,
  }
  return writing.slot === 'reply' ? { ...content, ...mailFields(writing), signature: writing.withSignature } : content
}

const mailFields = ({ to, cc, bcc, mode, activityId }: Writing): DraftContent => ({
  to: [...to],
  cc: [...cc],
  bcc: [...bcc],
  mode,
  activity_id: activityId,
})

/** What is sent. The signature stands above the quotation, so both are put into the text here. */
export function finishedContent(writing: Writing, then: ThenIn | null, undoSeconds: number): DraftContent {
  const content: DraftContent = { ...draftContent(writing), ...(then && { then }) }
  if (writing.slot !== 'reply') return content
  const { html, text } = tailOf(writing)
  return {
    ...content,
    html: `${content.html ?? ''}${html}`,
    text: `${writing.text}${text}`,
    signature: false,
    undo_seconds: undoSeconds,
  }
}

function tailOf({ beginning, withSignature, withQuote }: Writing) {
  const signature = withSignature && beginning?.signature_html
  const quote = withQuote && beginning?.quoted_html
  return {
    html: `${signature ? beginning.signature_html : ''}${quote ? beginning.quoted_html : ''}`,
    text: `${signature ? `\n\n${beginning.signature_text ?? ''}` : ''}${quote ? `\n\n${beginning.quoted_text ?? ''}` : ''}`,
  }
}

const unknownFile = (id: string): WrittenFile => ({
  key: id,
  name: '…',
  size: 0,
  inline: false,
  id,
  share: 1,
  error: null,
  file: null,
})

/** A draft of the server as something to go on with; null for one that opens a ticket. */
export function writingOfDraft(number: number, draft: DraftOut): Writing | null {
  const slot = slotOf(draft)
  if (!slot) return null
  const { content } = draft
  const named = (given: DraftContent['to']) =>
    (given ?? []).map(each => ({ name: each.name ?? '', address: each.address ?? '' }))
  return {
    ...blank(number, slot),
    mode: content.mode ?? (draft.kind === 'follow_up' ? 'follow_up' : 'reply_all'),
    activityId: content.activity_id ?? null,
    html: toEditor(content.html ?? ''),
    text: content.text ?? '',
    to: named(content.to),
    cc: named(content.cc),
    bcc: named(content.bcc),
    // Only what was ready to be sent says how long it can be taken back, and holds its quotation already.
    withQuote: content.undo_seconds == null,
    withSignature: content.signature !== false,
    wantsRecipients: false,
    files: (content.attachments ?? []).map(id => unknownFile(id)),
    lastSeen: content.last_seen_activity ?? null,
    draft: { id: draft.id, version: draft.version },
  }
}

/**
 * A mail that was taken back holds signature and quotation in its text: take them out again, so that they can be left
 * out and do not stand there twice. Where somebody has changed them meanwhile they stay in the text.
 */
export function withoutTail(writing: Writing): Writing {
  const { beginning } = writing
  if (!beginning) return writing
  let { html, text } = writing
  const cut = (endHtml: string | null, endText: string | null) => {
    if (!endHtml || !html.endsWith(endHtml)) return false
    html = html.slice(0, -endHtml.length)
    const tail = `\n\n${endText ?? ''}`
    if (text.endsWith(tail)) text = text.slice(0, -tail.length)
    return true
  }
  const quoted = cut(beginning.quoted_html, beginning.quoted_text)
  const signed = cut(beginning.signature_html, beginning.signature_text)
  return {
    ...writing,
    html,
    text,
    withQuote: writing.withQuote || quoted,
    withSignature: writing.withSignature || signed,
  }
}

/** The newest activity of a ticket as far as it was shown. */
export const newestOf = (activities: readonly ActivityOut[]): string | null =>
  activities.reduce<string | null>((newest, each) => (newest === null || each.id > newest ? each.id : newest), null)
