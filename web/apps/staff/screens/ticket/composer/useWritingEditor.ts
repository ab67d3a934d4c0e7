import Image from '@tiptap/extension-image'
import { Placeholder } from '@tiptap/extensions'
import { type Editor, useEditor } from '@tiptap/react'
import StarterKit from '@tiptap/starter-kit'
import { useEffect, useRef } from 'react'
import { useText } from '../../../../../shared/i18n/language'
import { withoutStyles } from '../../../../../shared/lib/styles'
import { addFiles } from './files'
import { plainText } from './plainText'
import { write } from './saving'
import { collectedTyping } from './typeahead'
import { words } from './words'
import { type Slot, type Writing, writings } from './writing'

const NAMES = { reply: 'writeReply', note: 'writeNote', call: 'writeCall' } as const
const PLACEHOLDERS = { reply: 'replyPlaceholder', note: 'notePlaceholder', call: 'callPlaceholder' } as const

/** The editor of a text. `onTemplate` opens the text blocks when somebody types a slash in an empty paragraph. */
export function useWritingEditor(writing: Writing, onTemplate: () => void): Editor {
  const text = useText(words)
  const { number, slot, edition } = writing
  // What arrives later goes into the editor of then: another edition of the text has another one.
  const current = useRef<Editor | null>(null)
  const editor: Editor = useEditor(
    {
      injectCSS: false,
      content: withoutStyles(writing.html),
      shouldRerenderOnTransaction: false,
      extensions: [
        StarterKit.configure({ link: { openOnClick: false, defaultProtocol: 'https' } }),
        Placeholder.configure({ placeholder: text[PLACEHOLDERS[slot]] }),
        Image.configure({ inline: true }),
      ],
      editorProps: {
        // As a function: given as an object it would ask for a view that is not there yet.
        attributes: () => ({
          role: 'textbox',
          'aria-multiline': 'true',
          'aria-label': `${text[NAMES[slot]]}: ${text.writeText}`,
          class: 'reading',
        }),
        transformPastedHTML: withoutStyles,
        handlePaste: (_view, event) => take(event.clipboardData, number, slot, () => current.current),
        handleDrop: (_view, event) => take(event.dataTransfer, number, slot, null),
        handleKeyDown: (view, event) => {
          const { $from, empty } = view.state.selection
          if (event.key !== '/' || !empty || $from.parent.content.size > 0) return false
          event.preventDefault()
          onTemplate()
          return true
        },
      },
      onUpdate: ({ editor: now }) =>
        write(number, slot, { html: now.isEmpty ? '' : now.getHTML(), text: plainText(now.getJSON()) }),
    },
    [number, slot, edition],
  )
  useEffect(() => {
    current.current = editor
    if (!writings.get().wantsFocus) return
    // One frame later: the editor's view is there only after it was mounted.
    const frame = requestAnimationFrame(() => {
      if (editor.isDestroyed) return
      // At once, not by the editor's own command, which waits for another frame: a key pressed until then would be lost.
      editor.commands.setTextSelection(editor.state.doc.content.size)
      editor.view.focus()
      const typed = collectedTyping()
      if (typed)
        editor.commands.insertContent(
          typed.split('\n').map(text => ({ type: 'paragraph', content: text ? [{ type: 'text', text }] : [] })),
        )
      writings.set({ wantsFocus: false })
    })
    return () => cancelAnimationFrame(frame)
  }, [editor])
  return editor
}

/** Files that are pasted or dropped; pasted images stand in the text. */
function take(data: DataTransfer | null, number: number, slot: Slot, inText: (() => Editor | null) | null): boolean {
  const files = [...(data?.files ?? [])]
  // A spreadsheet puts a picture of its cells beside the text: then the text is meant.
  if (files.length === 0 || data?.types.includes('text/html')) return false
  const insert = (address: string, name: string) => {
    const editor = inText?.()
    if (editor && !editor.isDestroyed) editor.chain().focus().setImage({ src: address, alt: name }).run()
  }
  addFiles(number, slot, files, inText ? insert : undefined)
  return true
}
