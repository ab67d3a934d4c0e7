import { useQuery } from '@tanstack/react-query'
import { FilePen } from 'lucide-react'
import { age } from '../../../../shared/i18n/formats'
import { useText } from '../../../../shared/i18n/language'
import { Button, Menu, MenuItem } from '../../../../shared/ui/kit'
import { newDraftsQuery } from '../../data/creation'
import { openNewTicket } from './opening'
import { wayOf } from './restoring'
import { words } from './words'

/** Drafts of tickets that are not open yet, to go on with one of them. */
export function DraftsMenu({ without }: { without: string | undefined }) {
  const text = useText(words)
  const drafts = (useQuery(newDraftsQuery).data ?? []).filter(draft => draft.id !== without)
  if (drafts.length === 0) return null
  return (
    <div className="mb-1">
      <Menu
        trigger={
          <Button look="ghost" size="sm" className="-ml-2">
            <FilePen size={13} aria-hidden />
            {text.continueDraft} ({drafts.length})
          </Button>
        }
      >
        {drafts.map(draft => (
          <MenuItem key={draft.id} onClick={() => openNewTicket({ way: wayOf(draft.kind), draft })}>
            {draft.content.subject || text.noSubject}
            <span className="text-fg-3">
              {' '}
              · {text[wayOf(draft.kind)]} · {age(draft.changed_at)}
            </span>
          </MenuItem>
        ))}
      </Menu>
    </div>
  )
}
