import { shownKeys } from '../lib/keys'

/** A shortcut as people read it: `mod+k` as Ctrl K or ⌘ K. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span className="inline-flex shrink-0 gap-1 pointer-coarse:hidden" aria-hidden>
      {shownKeys(keys).map((key, index) => (
        <kbd
          // biome-ignore lint/suspicious/noArrayIndexKey: a key may stand twice in a sequence
          key={index}
          className="inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-sm border border-line bg-surface px-1 font-medium font-sans text-2xs text-fg-2"
        >
          {key}
        </kbd>
      ))}
    </span>
  )
}
