import type { BeginningMailbox } from '../../../../../shared/api/staff'

const ADDRESS = /^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;]+$/
const NAMED = /^"?([^"<>]*?)"?\s*<([^<>]+)>$/

/** `Name <address>` or an address; null for what is neither. */
export function mailboxOf(typed: string): BeginningMailbox | null {
  const text = typed.trim()
  const named = NAMED.exec(text)
  const address = (named?.[2] ?? text).trim()
  return ADDRESS.test(address) ? { name: (named?.[1] ?? '').trim(), address } : null
}

/** Several of them, as they are pasted from elsewhere; those that are none come back as `rest`. */
export function mailboxesOf(typed: string): { found: BeginningMailbox[]; rest: string } {
  const found: BeginningMailbox[] = []
  const rest: string[] = []
  for (const part of typed.split(/[;\n]|,(?![^<]*>)/)) {
    const mailbox = mailboxOf(part)
    if (mailbox) found.push(mailbox)
    else if (part.trim()) rest.push(part.trim())
  }
  return { found, rest: rest.join(', ') }
}

export const sameMailbox = (one: BeginningMailbox, other: BeginningMailbox) =>
  one.address.toLowerCase() === other.address.toLowerCase()

/** Without those that stand there already. */
export function joined(before: readonly BeginningMailbox[], more: readonly BeginningMailbox[]): BeginningMailbox[] {
  const all = [...before]
  for (const each of more) if (!all.some(known => sameMailbox(known, each))) all.push(each)
  return all
}
