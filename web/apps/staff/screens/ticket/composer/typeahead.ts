let typed = ''
let stop: (() => void) | null = null

/**
 * Whoever presses R types on at once, and the editor may still be loading: what is typed meanwhile is kept for it, and
 * fires no shortcut.
 */
export function collectTyping() {
  stop?.()
  typed = ''
  const pressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Escape') return stop?.()
    if (event.key.length !== 1 && event.key !== 'Enter') return
    event.preventDefault()
    event.stopPropagation()
    typed += event.key === 'Enter' ? '\n' : event.key
  }
  // The key that opened the composer is past this phase already.
  document.addEventListener('keydown', pressed, { capture: true })
  stop = () => {
    document.removeEventListener('keydown', pressed, { capture: true })
    stop = null
  }
}

/** What was typed until the editor was there. */
export function collectedTyping(): string {
  stop?.()
  const given = typed
  typed = ''
  return given
}
