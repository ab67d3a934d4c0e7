import type { Editor } from '@tiptap/react'
import { type FormEvent, useState } from 'react'
import { useText } from '../../../../../shared/i18n/language'
import { Button, Dialog, TextField } from '../../../../../shared/ui/kit'
import { words } from './words'

/** The address of a link; without a selection the address itself is put into the text. */
export function LinkDialog({ editor, onClose }: { editor: Editor; onClose: () => void }) {
  const text = useText(words)
  const before: unknown = editor.getAttributes('link').href
  const [address, setAddress] = useState(typeof before === 'string' ? before : '')
  const set = (event: FormEvent) => {
    event.preventDefault()
    const typed = address.trim()
    const href = /^[a-z]+:/i.test(typed) ? typed : typed.includes('@') ? `mailto:${typed}` : `https://${typed}`
    onClose()
    const chain = editor.chain().focus()
    if (editor.state.selection.empty && !before) chain.insertContent({ type: 'text', text: typed, marks: [mark(href)] })
    else chain.extendMarkRange('link').setLink({ href })
    chain.run()
  }
  const remove = () => {
    onClose()
    editor.chain().focus().extendMarkRange('link').unsetLink().run()
  }
  return (
    <Dialog open onClose={onClose} title={text.link}>
      <form onSubmit={set} className="flex flex-col gap-4">
        <TextField label={text.linkAddress} value={address} onChange={event => setAddress(event.target.value)} />
        <div className="flex justify-end gap-2">
          {before !== undefined && <Button onClick={remove}>{text.linkRemove}</Button>}
          <Button look="primary" type="submit" disabled={address.trim() === ''}>
            {text.linkSet}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

const mark = (href: string) => ({ type: 'link', attrs: { href } })
