import { useEffect, useRef, useState } from 'react'
import { address } from '../../../../shared/api/http'
import { operations } from '../../../../shared/api/staff'
import { useIsDark } from '../../app/preferences'

/** Until the frame has told its height; about five lines, so that little moves. */
const FIRST_HEIGHT = 110

type MailBodyProps = { number: number; activityId: string; title: string }

/**
 * The HTML of a mail, as a document of its own in a sandboxed frame: nothing in it runs, nothing from outside is loaded.
 * It has our origin so that its height can be measured. Never add allow-scripts: the two together would undo the sandbox.
 */
export function MailBody({ number, activityId, title }: MailBodyProps) {
  const theme = useIsDark() ? 'dark' : 'light'
  const body = { path: { number, activity_id: activityId }, query: { theme } }
  const frame = useRef<HTMLIFrameElement>(null)
  const [height, setHeight] = useState(FIRST_HEIGHT)
  useEffect(() => {
    const own = frame.current
    if (!own) return
    let observer: ResizeObserver | undefined
    const measure = () => {
      const content = own.contentDocument?.documentElement
      if (content) setHeight(Math.ceil(content.getBoundingClientRect().height))
    }
    const loaded = () => {
      observer?.disconnect()
      const content = own.contentDocument?.documentElement
      if (!content) return
      observer = new ResizeObserver(measure)
      observer.observe(content)
      measure()
    }
    own.addEventListener('load', loaded)
    return () => {
      own.removeEventListener('load', loaded)
      observer?.disconnect()
    }
  }, [])
  return (
    <iframe
      ref={frame}
      title={title}
      src={address(operations.get_activity_body.path, body)}
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      referrerPolicy="no-referrer"
      className="block w-full rounded-md border-0"
      style={{ height }}
    />
  )
}
