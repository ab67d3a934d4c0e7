import { lazy, Suspense, useId } from 'react'
import type { UploadOut } from '../../../../shared/api/staff'
import { Skeleton } from '../../../../shared/ui/kit'

const RichText = lazy(async () => ({ default: (await import('./RichText')).RichText }))

export type Content = { text: string; html: string | null }

export type ContentFieldProps = {
  label: string
  value: Content
  onChange: (content: Content) => void
  /** Bring files that were pasted or dropped; `insert` is called for each image once it can be shown in the text. */
  onFiles: (files: File[], insert?: (upload: UploadOut) => void) => void
  error?: string | undefined
}

/** Where the text is written. The one place to put another editor in: it takes and gives text and HTML. */
export function ContentField(props: ContentFieldProps) {
  const id = useId()
  return (
    <div className="flex flex-col gap-1.5">
      <span id={id} className="font-medium">
        {props.label}
      </span>
      <Suspense fallback={<Skeleton className="h-48 w-full" />}>
        <RichText {...props} labelId={id} />
      </Suspense>
      {props.error && (
        <p id={`${id}-error`} role="alert" className="text-bad-fg text-xs">
          {props.error}
        </p>
      )}
    </div>
  )
}
