import type { ClipboardEvent, DragEvent } from 'react'
import { TextArea } from '../../../../shared/ui/kit'

export type Content = { text: string; html: string | null }

type ContentFieldProps = {
  label: string
  value: Content
  onChange: (content: Content) => void
  onFiles: (files: File[]) => void
  error?: string | undefined
}

/** Where the text is written. The one place to put another editor in: it takes and gives text and HTML. */
export function ContentField({ label, value, onChange, onFiles, error }: ContentFieldProps) {
  const take = (event: ClipboardEvent | DragEvent, data: DataTransfer) => {
    if (data.files.length === 0) return
    event.preventDefault()
    event.stopPropagation()
    onFiles([...data.files])
  }
  return (
    <TextArea
      label={label}
      rows={8}
      value={value.text}
      error={error}
      onChange={event => onChange({ text: event.target.value, html: null })}
      onPaste={event => take(event, event.clipboardData)}
      onDrop={event => take(event, event.dataTransfer)}
    />
  )
}
