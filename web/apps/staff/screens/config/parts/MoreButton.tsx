import { useText } from '../../../../../shared/i18n/language'
import { Button } from '../../../../../shared/ui/kit'
import { words } from './words'

type Pages = { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }

/** The way to further rows of a list that comes in pages. */
export function MoreButton({ pages }: { pages: Pages }) {
  const text = useText(words)
  if (!pages.hasNextPage) return null
  return (
    <div className="flex justify-center py-3">
      <Button size="sm" disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
        {text.more}
      </Button>
    </div>
  )
}
