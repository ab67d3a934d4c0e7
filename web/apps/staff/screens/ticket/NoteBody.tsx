import DOMPurify from 'dompurify'
import { useEffect, useRef } from 'react'
import type { ActivityOut } from '../../../../shared/api/staff'

const RULES = {
  RETURN_DOM_FRAGMENT: true,
  FORBID_ATTR: ['style', 'class', 'id'],
  FORBID_TAGS: ['style', 'form', 'input', 'iframe', 'img'],
} as const

/** What a colleague wrote, or a mail without HTML; cleaned by the server, and here once more. */
export function NoteBody({ activity }: { activity: ActivityOut }) {
  const place = useRef<HTMLDivElement>(null)
  const { html, kind } = activity
  const rich = kind === 'note' || kind === 'call' ? html : null
  useEffect(() => {
    if (rich !== null)
      place.current?.replaceChildren(
        DOMPurify.sanitize(rich, {
          ...RULES,
          FORBID_ATTR: [...RULES.FORBID_ATTR],
          FORBID_TAGS: [...RULES.FORBID_TAGS],
        }),
      )
  }, [rich])
  if (rich !== null) return <div ref={place} className="reading" />
  return <div className="reading whitespace-pre-wrap">{activity.text}</div>
}
