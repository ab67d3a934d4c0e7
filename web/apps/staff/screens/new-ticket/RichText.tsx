import Image from '@tiptap/extension-image'
import { type Editor, EditorContent, useEditor, useEditorState } from '@tiptap/react'
import StarterKit from '@tiptap/starter-kit'
import { Bold, Italic, List, ListOrdered } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { useText } from '../../../../shared/i18n/language'
import { classes } from '../../../../shared/lib/classes'
import { withoutStyles } from '../../../../shared/lib/styles'
import { IconButton } from '../../../../shared/ui/kit'
import type { ContentFieldProps } from './ContentField'
import { uploadAddress } from './form'
import { words } from './words'

/** A text with bold, italic, lists, links and images inside; loaded when somebody wants to write. */
export function RichText(props: ContentFieldProps & { labelId: string }) {
  const { value, error, labelId } = props
  // The editor keeps the handlers of its first render.
  const latest = useRef(props)
  latest.current = props
  const editor: Editor = useEditor({
    injectCSS: false,
    content: withoutStyles(value.html ?? paragraphs(value.text)),
    shouldRerenderOnTransaction: false,
    extensions: [
      StarterKit.configure({ link: { openOnClick: false, defaultProtocol: 'https' } }),
      Image.configure({ inline: true }),
    ],
    onUpdate: ({ editor: now }) =>
      latest.current.onChange({
        text: now.getText({ blockSeparator: '\n\n' }),
        html: now.isEmpty ? null : now.getHTML(),
      }),
    editorProps: {
      // As a function: given as an object it would ask for a view that is not there yet.
      attributes: () => ({
        role: 'textbox',
        'aria-multiline': 'true',
        'aria-labelledby': labelId,
        'aria-describedby': `${labelId}-error`,
        class: 'reading px-2.5 py-2',
      }),
      transformPastedHTML: withoutStyles,
      // The form sends; the editor would break the line.
      handleKeyDown: (_view, event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey),
      handlePaste: (_view, event) => take(event.clipboardData),
      handleDrop: (_view, event) => {
        event.stopPropagation() // the form would take the files once more
        return take(event.dataTransfer)
      },
    },
  })
  const take = (data: DataTransfer | null) => {
    if (!data || data.files.length === 0) return false
    latest.current.onFiles([...data.files], upload => {
      editor
        .chain()
        .focus()
        .setImage({ src: uploadAddress(upload.id), alt: upload.filename })
        .run()
    })
    return true
  }
  return (
    <div
      className={classes(
        'rounded-md border bg-surface focus-within:border-accent focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-accent',
        error ? 'border-bad' : 'border-control',
      )}
    >
      <Toolbar editor={editor} />
      <EditorContent editor={editor} className="max-h-[40vh] min-h-40 overflow-y-auto [&_img]:max-w-full" />
    </div>
  )
}

function Toolbar({ editor }: { editor: Editor }) {
  const text = useText(words)
  const on = useEditorState({
    editor,
    selector: ({ editor: now }) => ({
      bold: now.isActive('bold'),
      italic: now.isActive('italic'),
      bullets: now.isActive('bulletList'),
      numbers: now.isActive('orderedList'),
    }),
  })
  const chain = () => editor.chain().focus()
  return (
    <div role="toolbar" aria-label={text.formatting} className="flex gap-0.5 border-line border-b p-1">
      <Tool label={text.bold} keys="mod+b" on={on.bold} run={() => chain().toggleBold().run()}>
        <Bold size={14} />
      </Tool>
      <Tool label={text.italic} keys="mod+i" on={on.italic} run={() => chain().toggleItalic().run()}>
        <Italic size={14} />
      </Tool>
      <Tool label={text.bullets} on={on.bullets} run={() => chain().toggleBulletList().run()}>
        <List size={14} />
      </Tool>
      <Tool label={text.numbers} on={on.numbers} run={() => chain().toggleOrderedList().run()}>
        <ListOrdered size={14} />
      </Tool>
    </div>
  )
}

type ToolProps = { label: string; keys?: string; on: boolean; run: () => void; children: ReactNode }

function Tool({ label, keys, on, run, children }: ToolProps) {
  return (
    <IconButton
      label={label}
      {...(keys && { keys })}
      aria-pressed={on}
      tabIndex={-1} // from the subject one Tab leads into the text; the tools have keys
      onMouseDown={event => event.preventDefault()} // the text keeps its selection
      onClick={run}
      className="aria-pressed:bg-accent-soft"
    >
      {children}
    </IconButton>
  )
}

const paragraphs = (text: string) =>
  text
    .split(/\n{2,}/)
    .map(block => `<p>${escaped(block).replaceAll('\n', '<br>')}</p>`)
    .join('')

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
