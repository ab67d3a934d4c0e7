import { useEffect, useRef, useState } from 'react'

/** Until the frame has told its height; about five lines, so that little moves. */
const FIRST_HEIGHT = 110

type MailBodyProps = { number: number; activityId: string; title: string }

/**
 * The HTML of a mail, as a document of its own in a sandboxed frame: nothing in it runs, nothing from outside is loaded.
 * It has our origin so that its height can be measured. Never add allow-scripts: the two together would undo the sandbox.
 */
export function MailBody({ number, activityId, title }: MailBodyProps) {
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
      src={`/api/v1/tickets/${number}/activities/${activityId}/body`}
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      referrerPolicy="no-referrer"
      className="block w-full rounded-sm border-0"
      style={{ height }}
    />
  )
}
