import { queryOptions } from '@tanstack/react-query'
import { randomId } from '../../../shared/api/http'
import { Problem, Unreachable } from '../../../shared/api/problem'
import type { Mode, UploadOut } from '../../../shared/api/staff'
import { call } from '../app/api'

/** How long a mail can be taken back where the agent prefers nothing else. */
export const UNDO_SECONDS = 10

/** One's own drafts on a ticket, the last change first. */
export const draftsQuery = (number: number) =>
  queryOptions({
    queryKey: ['drafts', number],
    staleTime: 0,
    queryFn: ({ signal }) => call('list_drafts', { query: { ticket: number, limit: 10 } }, { signal }),
  })

/** What an answer begins with: recipients, subject, quotation, signature. */
export const beginningQuery = (number: number, mode: Mode, activity: string | null) =>
  queryOptions({
    queryKey: ['beginning', number, mode, activity],
    staleTime: 0,
    queryFn: ({ signal }) => call('get_reply_template', { path: { number }, query: { mode, activity } }, { signal }),
  })

export const templatesQuery = (kind: 'reply' | 'note', channel: string) =>
  queryOptions({
    queryKey: ['desk', 'templates', kind, channel],
    staleTime: 60_000,
    queryFn: () => call('list_templates', { query: { kind, channel, limit: 200 } }),
    select: page => page.items,
  })

export const writingPreferencesQuery = queryOptions({
  queryKey: ['writing-preferences'],
  staleTime: 60_000,
  queryFn: () => call('get_writing_preferences', {}),
})

/** Contacts whose name, company or address begins like this. */
export const contactSearch = (q: string) =>
  queryOptions({
    queryKey: ['contacts', 'search', q],
    enabled: q.trim().length > 1,
    staleTime: 30_000,
    queryFn: ({ signal }) => call('list_contacts', { query: { q, limit: 8 } }, { signal }),
    select: page => page.items,
  })

export const contactQuery = (id: string) =>
  queryOptions({
    queryKey: ['contacts', id],
    staleTime: 60_000,
    queryFn: ({ signal }) => call('get_contact', { path: { contact_id: id } }, { signal }),
  })

type Progress = (share: number) => void

/** Bring a file, telling how far it is; `fetch` cannot tell that. Raises `Problem` and `Unreachable` like `call`. */
export function upload(file: File, onProgress: Progress, signal: AbortSignal): Promise<UploadOut> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open(
      'POST',
      `/api/v1/uploads?filename=${encodeURIComponent(file.name || `file-${randomId().slice(0, 6)}`)}`,
    )
    request.responseType = 'json'
    request.setRequestHeader('X-Deskstream-Client', 'web')
    request.setRequestHeader('Accept', 'application/json')
    request.setRequestHeader('Content-Type', file.type || 'application/octet-stream')
    request.upload.onprogress = event => event.lengthComputable && onProgress(event.loaded / event.total)
    request.onload = () => {
      if (request.status < 300) resolve(request.response as UploadOut)
      else reject(new Problem(request.status, request.response ?? { title: request.statusText }))
    }
    request.onerror = () => reject(new Unreachable(null))
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'))
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}
