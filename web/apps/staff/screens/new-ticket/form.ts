import type {
  AgentRef,
  ContactOut,
  DraftContent,
  DraftKind,
  FieldOut,
  TicketIn,
  UploadOut,
  Way,
} from '../../../../shared/api/staff'

export type Mailbox = { name: string; address: string }
export type FieldValue = string | boolean | number | string[] | null

/** A file that comes with the ticket; `share` tells how far it is, until `upload` is there. */
export type Attached = { key: string; name: string; size: number; share: number; upload: UploadOut | null }

/** Everything that a dialog for a new ticket holds, whichever way it is; changing the way loses nothing. */
export type NewTicket = {
  from: string | null
  channel: string
  to: Mailbox[]
  cc: Mailbox[]
  bcc: Mailbox[]
  contact: ContactOut | null
  subject: string
  text: string
  /** What an editor made of the text; null for plain text. */
  html: string | null
  files: Attached[]
  status: string | null
  priority: string | null
  marker: string | null
  owner: AgentRef | null
  responsible: AgentRef | null
  watchers: AgentRef[]
  fields: Record<string, FieldValue>
}

export const EMPTY: NewTicket = {
  from: null,
  channel: '',
  to: [],
  cc: [],
  bcc: [],
  contact: null,
  subject: '',
  text: '',
  html: null,
  files: [],
  status: null,
  priority: null,
  marker: null,
  owner: null,
  responsible: null,
  watchers: [],
  fields: {},
}

export const KINDS: Record<Way, DraftKind> = { email: 'new_email', enquiry: 'new_enquiry', internal: 'new_internal' }

/** Whether there is anything that somebody would miss. */
export const isWritten = (form: NewTicket) =>
  form.subject.trim() !== '' || form.text.trim() !== '' || form.to.length > 0 || form.files.length > 0

export type Missing = Partial<Record<'channel' | 'to' | 'subject' | 'text' | `fields.${string}`, true>>

/** What is still missing before the ticket can be opened. */
export function missing(way: Way, form: NewTicket, fields: readonly FieldOut[]): Missing {
  const found: Missing = {}
  if (!form.channel) found.channel = true
  if (way === 'email' && form.to.length === 0) found.to = true
  if (!form.subject.trim()) found.subject = true
  if (!form.text.trim()) found.text = true
  for (const field of fields) {
    if (field.required && isEmpty(fieldValue(form, field))) found[`fields.${field.key}`] = true
  }
  return found
}

/** What a custom field holds: what somebody entered, else its default. */
export function fieldValue(form: NewTicket, field: FieldOut): FieldValue {
  const entered = form.fields[field.key]
  return entered === undefined ? field.default : entered
}

const isEmpty = (value: FieldValue) => value === null || value === '' || (Array.isArray(value) && value.length === 0)

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const BY_ADDRESS = new RegExp(`src="/api/v1/uploads/(${UUID})/content"`, 'g')
const BY_CID = new RegExp(`src="cid:(${UUID})"`, 'g')

/** Where an upload can be looked at before it is sent. */
export const uploadAddress = (id: string) => `/api/v1/uploads/${id}/content`

/** Images inside the text are named by the upload on the server, and by its address in the editor. */
const toServer = (html: string | null) => html?.replace(BY_ADDRESS, (_, id: string) => `src="cid:${id}"`) ?? null
export const toEditor = (html: string) => html.replace(BY_CID, (_, id: string) => `src="${uploadAddress(id)}"`)

const uploads = (form: NewTicket) => form.files.flatMap(file => (file.upload ? [file.upload.id] : []))

/** The request that opens the ticket. What a way does not have is left out of it, even if it was entered before. */
export function requestOf(way: Way, form: NewTicket, fields: readonly FieldOut[], undoSeconds: number): TicketIn {
  const values = fields
    .map(field => [field.key, fieldValue(form, field)] as const)
    .filter(([, value]) => !isEmpty(value))
  return {
    kind: way,
    channel: form.channel,
    subject: form.subject.trim(),
    text: form.text,
    html: toServer(form.html),
    attachments: uploads(form),
    priority: form.priority,
    marker_id: form.marker,
    owner_id: form.owner?.id ?? null,
    responsible_id: form.responsible?.id ?? null,
    watchers: form.watchers.map(agent => agent.id),
    fields: Object.fromEntries(values),
    ...(way === 'email' && {
      from_account: form.from,
      to: form.to,
      cc: form.cc,
      bcc: form.bcc,
      undo_seconds: undoSeconds,
    }),
    ...(way === 'enquiry' && { contact_id: form.contact?.id ?? null }),
    ...(way === 'internal' && { status: form.status }),
  }
}

/** What a draft keeps of it; for the rest see besides.ts. */
export const draftOf = (form: NewTicket): DraftContent => ({
  from_account: form.from,
  channel: form.channel || null,
  to: form.to,
  cc: form.cc,
  bcc: form.bcc,
  contact_id: form.contact?.id ?? null,
  subject: form.subject,
  text: form.text || null,
  html: toServer(form.html),
  attachments: uploads(form),
  status: form.status,
  priority: form.priority,
  owner_id: form.owner?.id ?? null,
  responsible_id: form.responsible?.id ?? null,
})
