export type Connection = 'connecting' | 'on' | 'off'

/** A message that the leading tab passes on to the others. */
type Message<Events> =
  | { kind: 'event'; name: keyof Events; data: unknown }
  | { kind: 'connection'; state: Connection }
  | { kind: 'who leads?' }

type Options<Events> = {
  names: readonly (keyof Events & string)[]
  on: <Name extends keyof Events>(name: Name, data: Events[Name]) => void
  onConnection: (state: Connection) => void
  /** Another tab leads and is connected: what it heard until now is unknown here. */
  onJoin: () => void
}

const QUIET_MS = 5_000

/**
 * The live stream, one connection per browser.
 *
 * Over HTTP/1.1 a browser opens six connections to a host, so a stream in each tab would block the sixth one. The tab
 * that holds a Web Lock keeps the stream and passes every event on through a BroadcastChannel; when it closes, the next
 * one takes the lock. Gives the function that ends it.
 */
export function live<Events extends object>(path: string, options: Options<Events>): () => void {
  const stop = new AbortController()
  const channel = new BroadcastChannel(`live:${path}`)
  let leads = false
  let joined = false
  let state: Connection = 'connecting'

  const take = (message: Message<Events>) => {
    if (message.kind === 'event') options.on(message.name, message.data as Events[keyof Events])
    else if (message.kind === 'connection') {
      options.onConnection(message.state)
      if (leads || joined || message.state !== 'on') return
      joined = true
      options.onJoin()
    } else if (leads) channel.postMessage({ kind: 'connection', state } satisfies Message<Events>)
  }
  const tell = (message: Message<Events>) => {
    if (message.kind === 'connection') state = message.state
    take(message)
    channel.postMessage(message)
  }
  channel.onmessage = event => take(event.data as Message<Events>)
  channel.postMessage({ kind: 'who leads?' } satisfies Message<Events>)

  const lead = () =>
    new Promise<void>(done => {
      leads = true
      let source: EventSource
      let waiting: number | undefined
      const connect = () => {
        source = new EventSource(path)
        source.onopen = () => tell({ kind: 'connection', state: 'on' })
        source.onerror = () => {
          tell({ kind: 'connection', state: 'off' })
          // After an answer that is no stream (503 while the desk starts) the browser gives up; we do not.
          if (source.readyState === EventSource.CLOSED) waiting = window.setTimeout(connect, QUIET_MS)
        }
        for (const name of options.names) {
          source.addEventListener(name, event => tell({ kind: 'event', name, data: JSON.parse(event.data) }))
        }
      }
      // A network that goes does not always end the connection.
      const lost = () => tell({ kind: 'connection', state: 'off' })
      const back = () => {
        window.clearTimeout(waiting)
        source.close()
        connect()
      }
      window.addEventListener('offline', lost, { signal: stop.signal })
      window.addEventListener('online', back, { signal: stop.signal })
      connect()
      stop.signal.addEventListener('abort', () => {
        window.clearTimeout(waiting)
        source.close()
        done()
      })
    })

  // Web Locks exist on secure origins only; without them each tab has a stream of its own.
  if (navigator.locks) navigator.locks.request(`live:${path}`, { signal: stop.signal }, lead).catch(() => undefined)
  else void lead()

  return () => {
    stop.abort()
    channel.close()
  }
}
