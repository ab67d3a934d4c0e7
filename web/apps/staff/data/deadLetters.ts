import { queryOptions } from '@tanstack/react-query'
import type { DeadLetterOut, DeadLettersOut } from '../../../shared/api/staff'
import { call } from '../app/api'

export const SERVICES = ['tickets', 'ingest', 'crm-match', 'notify', 'portal'] as const
export type Service = (typeof SERVICES)[number]

const MOST = { query: { limit: 100 } }

const LISTS: Record<Service, () => Promise<DeadLettersOut>> = {
  tickets: () => call('list_dead_letters_tickets', MOST),
  ingest: () => call('list_dead_letters_ingest', MOST),
  'crm-match': () => call('list_dead_letters_crm_match', MOST),
  notify: () => call('list_dead_letters_notify', MOST),
  portal: () => call('list_dead_letters_portal', MOST),
}

const RETRIES: Record<Service, (id: string) => Promise<unknown>> = {
  tickets: id => call('retry_dead_letter_tickets', { path: { letter_id: id } }),
  ingest: id => call('retry_dead_letter_ingest', { path: { letter_id: id } }),
  'crm-match': id => call('retry_dead_letter_crm_match', { path: { letter_id: id } }),
  notify: id => call('retry_dead_letter_notify', { path: { letter_id: id } }),
  portal: id => call('retry_dead_letter_portal', { path: { letter_id: id } }),
}

export type Letter = DeadLetterOut & { service: Service }

export const deadLettersQuery = (service: Service) =>
  queryOptions({
    queryKey: ['desk', 'dead-letters', service],
    queryFn: LISTS[service],
    select: (list): Letter[] => list.dead_letters.map(letter => ({ ...letter, service })),
  })

export const retryDeadLetter = (letter: Letter) => RETRIES[letter.service](letter.id)
