import type { AgentRef, DraftKind, DraftOut, Way } from '../../../../shared/api/staff'
import { call } from '../../app/api'
import { getUpload } from '../../data/uploads'
import { keptBesides } from './besides'
import { type Attached, EMPTY, KINDS, type Mailbox, type NewTicket, toEditor } from './form'

export const wayOf = (kind: DraftKind): Way =>
  (Object.keys(KINDS) as Way[]).find(way => KINDS[way] === kind) ?? 'internal'

/** The dialog as a draft left it; what is gone meanwhile (a file, a contact, an agent) is left out. */
export async function restored(draft: DraftOut, agents: readonly AgentRef[]): Promise<NewTicket> {
  const { content } = draft
  const agent = (id: string | null | undefined) => agents.find(each => each.id === id) ?? null
  const boxes = (list: { name?: string; address?: string }[] | null | undefined): Mailbox[] =>
    (list ?? []).map(box => ({ name: box.name ?? '', address: box.address ?? '' }))
  const [contact, files] = await Promise.all([
    content.contact_id ? existing(call('get_contact', { path: { contact_id: content.contact_id } })) : null,
    Promise.all((content.attachments ?? []).map(fileOf)),
  ])
  return {
    ...EMPTY,
    from: content.from_account ?? null,
    channel: content.channel ?? '',
    to: boxes(content.to),
    cc: boxes(content.cc),
    bcc: boxes(content.bcc),
    contact,
    subject: content.subject ?? '',
    text: content.text ?? '',
    html: content.html ? toEditor(content.html) : null,
    files: files.filter(file => file !== null),
    status: content.status ?? null,
    priority: content.priority ?? null,
    owner: agent(content.owner_id),
    responsible: agent(content.responsible_id),
    ...keptBesides(draft.id),
  }
}

async function fileOf(id: string): Promise<Attached | null> {
  const upload = await existing(getUpload(id))
  return upload && { key: upload.id, name: upload.filename, size: upload.size, share: 1, upload }
}

async function existing<Thing>(asked: Promise<Thing>): Promise<Thing | null> {
  try {
    return await asked
  } catch {
    return null
  }
}
