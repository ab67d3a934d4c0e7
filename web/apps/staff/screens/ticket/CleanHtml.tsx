import DOMPurify from 'dompurify'
import { useEffect, useRef } from 'react'
import { withoutStyles } from '../../../../shared/lib/styles'

const FORBIDDEN = {
  FORBID_ATTR: ['style', 'class', 'id'],
  FORBID_TAGS: ['style', 'form', 'input', 'iframe'],
}

/** HTML that colleagues wrote, in our own document: cleaned by the server, and here once more. */
export function CleanHtml({ html }: { html: string }) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    place.current?.replaceChildren(DOMPurify.sanitize(withoutStyles(html), { RETURN_DOM_FRAGMENT: true, ...FORBIDDEN }))
  }, [html])
  return <div ref={place} className="reading" />
}
