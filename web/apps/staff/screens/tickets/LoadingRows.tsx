import { useText } from '../../../../shared/i18n/language'
import { Skeleton } from '../../../../shared/ui/kit'
import { words } from './words'

const ROWS = Array.from({ length: 12 }, (_, index) => index)

/** Rows in their later size, so that nothing jumps when they come. */
export function LoadingRows({ table }: { table: boolean }) {
  const text = useText(words)
  return (
    <div role="status" aria-label={text.loading} className="overflow-hidden">
      {ROWS.map(row => (
        <div
          key={row}
          className={`flex flex-col justify-center gap-2 border-line border-b px-4 ${table ? 'h-9' : 'h-[68px]'}`}
        >
          <Skeleton className={table ? 'h-3 w-3/5' : 'h-3 w-2/5'} />
          {!table && <Skeleton className="h-3 w-4/5" />}
        </div>
      ))}
    </div>
  )
}
