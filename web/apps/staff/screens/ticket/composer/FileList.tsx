import { Image as ImageIcon, Paperclip, RotateCw, TriangleAlert, X } from 'lucide-react'
import { fileSize } from '../../../../../shared/i18n/formats'
import { useText } from '../../../../../shared/i18n/language'
import { IconButton } from '../../../../../shared/ui/kit'
import { removeFile, retryFile } from './files'
import { words } from './words'
import type { Writing, WrittenFile } from './writing'

/** Files that go out with the text, with how far each of them is. */
export function FileList({ writing }: { writing: Writing }) {
  const text = useText(words)
  const shown = writing.files.filter(file => !file.inline || file.id === null)
  if (shown.length === 0) return null
  return (
    <ul aria-label={text.files} className="flex flex-wrap gap-1.5 px-3.5 pb-2">
      {shown.map(file => (
        <li
          key={file.key}
          className="relative flex h-8 max-w-full items-center gap-1.5 overflow-hidden rounded-md border border-line bg-surface pl-2 text-xs"
        >
          <Icon file={file} />
          <span className="truncate font-medium">{file.name}</span>
          <FileState file={file} />
          {file.error && file.file && (
            <IconButton label={text.retry} onClick={() => retryFile(writing.number, writing.slot, file)}>
              <RotateCw size={12} />
            </IconButton>
          )}
          <IconButton label={text.remove(file.name)} onClick={() => removeFile(writing.number, writing.slot, file)}>
            <X size={12} />
          </IconButton>
          {file.id === null && !file.error && (
            <span
              aria-hidden
              className="absolute bottom-0 left-0 h-0.5 bg-accent"
              style={{ width: `${Math.round(file.share * 100)}%` }}
            />
          )}
        </li>
      ))}
    </ul>
  )
}

function Icon({ file }: { file: WrittenFile }) {
  if (file.error) return <TriangleAlert size={12} aria-hidden className="text-bad-fg" />
  return file.inline ? (
    <ImageIcon size={12} aria-hidden className="text-fg-3" />
  ) : (
    <Paperclip size={12} aria-hidden className="text-fg-3" />
  )
}

function FileState({ file }: { file: WrittenFile }) {
  const text = useText(words)
  if (file.error)
    return (
      <span role="alert" className="truncate text-bad-fg">
        {file.error}
      </span>
    )
  if (file.id === null) return <span className="num text-fg-2">{text.uploading(Math.round(file.share * 100))}</span>
  return file.size > 0 ? <span className="num text-fg-3">{fileSize(file.size)}</span> : null
}
