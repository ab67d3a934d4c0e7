import { Paperclip, X } from 'lucide-react'
import { useRef } from 'react'
import { fileSize } from '../../../../shared/i18n/formats'
import { useText } from '../../../../shared/i18n/language'
import { Button, IconButton } from '../../../../shared/ui/kit'
import type { Attached } from './form'
import { words } from './words'

type FilesFieldProps = { files: Attached[]; onAdd: (files: File[]) => void; onRemove: (file: Attached) => void }

/** Files that come along, each with how far it is. */
export function FilesField({ files, onAdd, onRemove }: FilesFieldProps) {
  const text = useText(words)
  const input = useRef<HTMLInputElement>(null)
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 font-medium">{text.files}</legend>
      <div className="flex flex-wrap items-center gap-2 text-fg-3 text-xs">
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label={text.files}
          onChange={event => {
            onAdd([...(event.target.files ?? [])])
            event.target.value = ''
          }}
        />
        <Button size="sm" onClick={() => input.current?.click()}>
          <Paperclip size={13} aria-hidden />
          {text.addFiles}
        </Button>
        {text.dropHere}
      </div>
      {files.length > 0 && (
        <ul className="flex flex-col gap-1">
          {files.map(file => (
            <li key={file.key} className="flex h-8 items-center gap-2 rounded-md border border-line bg-surface pl-2.5">
              <span className="min-w-0 flex-1 truncate">{file.name}</span>
              {file.upload ? (
                <span className="num text-fg-3 text-xs">{fileSize(file.size)}</span>
              ) : (
                <progress
                  value={file.share}
                  aria-label={text.uploading(file.name, Math.round(file.share * 100))}
                  className="h-1.5 w-24 accent-(--accent)"
                />
              )}
              <IconButton label={text.removeFile(file.name)} onClick={() => onRemove(file)}>
                <X size={13} />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
    </fieldset>
  )
}
