import { type Editor, useEditorState } from '@tiptap/react'
import { Bold, Code, Italic, Link2, List, ListOrdered, Paperclip, TextQuote, Zap } from 'lucide-react'
import { type ReactNode, useRef, useState } from 'react'
import { useText } from '../../../../../shared/i18n/language'
import { IconButton } from '../../../../../shared/ui/kit'
import { addFiles } from './files'
import { LinkDialog } from './LinkDialog'
import { words } from './words'
import type { Slot } from './writing'

type ToolbarProps = { editor: Editor; number: number; slot: Slot; onTemplate: () => void }

/** How the text looks, links, files, text blocks. */
export function Toolbar({ editor, number, slot, onTemplate }: ToolbarProps) {
  const text = useText(words)
  const picker = useRef<HTMLInputElement>(null)
  const [linking, setLinking] = useState(false)
  const on = useEditorState({
    editor,
    selector: ({ editor: now }) => ({
      bold: now.isActive('bold'),
      italic: now.isActive('italic'),
      bullet: now.isActive('bulletList'),
      numbered: now.isActive('orderedList'),
      quote: now.isActive('blockquote'),
      code: now.isActive('code'),
      link: now.isActive('link'),
    }),
  })
  const chain = () => editor.chain().focus()
  return (
    <>
      <Tool label={text.bold} keys="mod+b" on={on.bold} run={() => chain().toggleBold().run()}>
        <Bold size={14} />
      </Tool>
      <Tool label={text.italic} keys="mod+i" on={on.italic} run={() => chain().toggleItalic().run()}>
        <Italic size={14} />
      </Tool>
      <Tool label={text.bulletList} on={on.bullet} run={() => chain().toggleBulletList().run()}>
        <List size={14} />
      </Tool>
      <Tool label={text.numberedList} on={on.numbered} run={() => chain().toggleOrderedList().run()} wide>
        <ListOrdered size={14} />
      </Tool>
      <Tool label={text.quote} on={on.quote} run={() => chain().toggleBlockquote().run()} wide>
        <TextQuote size={14} />
      </Tool>
      <Tool label={text.code} on={on.code} run={() => chain().toggleCode().run()} wide>
        <Code size={14} />
      </Tool>
      <Tool label={text.link} on={on.link} run={() => setLinking(true)}>
        <Link2 size={14} />
      </Tool>
      <Tool label={text.attach} run={() => picker.current?.click()}>
        <Paperclip size={14} />
      </Tool>
      <Tool label={text.template} keys="/" run={onTemplate}>
        <Zap size={14} />
      </Tool>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label={text.attach}
        onChange={event => {
          addFiles(number, slot, [...(event.target.files ?? [])])
          event.target.value = ''
        }}
      />
      {linking && <LinkDialog editor={editor} onClose={() => setLinking(false)} />}
    </>
  )
}

type ToolProps = { label: string; keys?: string; on?: boolean; run: () => void; wide?: boolean; children: ReactNode }

function Tool({ label, keys, on, run, wide = false, children }: ToolProps) {
  return (
    <IconButton
      label={label}
      side="top"
      {...(keys && { keys })}
      aria-pressed={on}
      // The text keeps its selection.
      onMouseDown={event => event.preventDefault()}
      onClick={run}
      className={`${wide ? '@max-md:hidden' : ''} aria-pressed:bg-accent-soft`}
    >
      {children}
    </IconButton>
  )
}
