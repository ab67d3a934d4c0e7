import type { ContactOut } from '../../../../shared/api/staff'
import type { Mailbox } from './form'

const NAMED = /^(.*?)<([^<>\s]+@[^<>\s]+)>$/
const BARE = /^[^\s@<>,;]+@[^\s@<>,;]+$/

/** Recipients in a text that somebody typed or pasted: `Erna <erna@engel.example>, ben@bewerber.example`. */
export function mailboxesIn(typed: string): Mailbox[] {
  return typed.split(/[,;\n]/).flatMap(piece => {
    const named = NAMED.exec(piece.trim())
    if (named?.[2]) return [{ name: (named[1] ?? '').trim().replace(/^"|"$/g, ''), address: named[2] }]
    return BARE.test(piece.trim()) ? [{ name: '', address: piece.trim() }] : []
  })
}

/** A contact may have several addresses; each can be chosen. */
export const mailboxesOf = (contacts: readonly ContactOut[]): Mailbox[] =>
  contacts.flatMap(contact => contact.addresses.map(address => ({ name: contact.name, address })))

export const shownMailbox = (box: Mailbox) => (box.name ? `${box.name} <${box.address}>` : box.address)
export const keyOfMailbox = (box: Mailbox) => box.address.toLowerCase()
