import { useInfiniteQuery } from '@tanstack/react-query'
import { Paperclip } from 'lucide-react'
import type { ActivityOut } from '../../../../shared/api/staff'
import { fileSize, moment } from '../../../../shared/i18n/formats'
import { useText } from '../../../../shared/i18n/language'
import { Button, EmptyState } from '../../../../shared/ui/kit'
import { activitiesQuery } from '../../data/tickets'
import { words as propertyWords } from './properties/words'
import { words } from './words'

/** Every file of the ticket, the newest first, with who brought it. */
export function FilesTab({ number }: { number: number }) {
  const text = useText(words)
  const properties = useText(propertyWords)
  const { data, hasNextPage, fetchNextPage } = useInfiniteQuery(activitiesQuery(number))
  const files = filesOf(data?.pages.flatMap(page => page.items) ?? [])
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto p-4">
      {files.length === 0 && !hasNextPage && (
        <EmptyState icon={<Paperclip size={28} aria-hidden />} title={properties.noFiles} />
      )}
      <ul aria-label={text.attachments} className="mx-auto flex w-full max-w-[820px] flex-col gap-1">
        {files.map(({ file, activity }) => (
          <li key={`${activity.id}${file.sha256}${file.filename}`}>
            <a
              href={`/api/v1/tickets/${number}/attachments/${file.sha256}`}
              download={file.filename}
              className="flex min-h-10 items-center gap-2.5 rounded-md border border-line bg-surface px-3 hover:bg-hover"
            >
              <Paperclip size={14} aria-hidden className="text-fg-3" />
              <span className="min-w-0 flex-1 truncate font-medium">{file.filename}</span>
              <span className="num shrink-0 text-fg-2 text-xs">{fileSize(file.size)}</span>
              <span className="w-40 truncate text-fg-2 text-xs max-sm:hidden">{activity.author.name}</span>
              <span className="shrink-0 text-fg-2 text-xs max-sm:hidden">{moment(activity.at)}</span>
            </a>
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <Button className="mt-3 self-center" onClick={() => void fetchNextPage()}>
          {text.older}
        </Button>
      )}
    </div>
  )
}

/** Files that stand inside a text are part of it, and not listed. */
const filesOf = (activities: readonly ActivityOut[]) =>
  activities.flatMap(activity =>
    activity.hidden ? [] : activity.attachments.filter(file => !file.inline).map(file => ({ file, activity })),
  )
