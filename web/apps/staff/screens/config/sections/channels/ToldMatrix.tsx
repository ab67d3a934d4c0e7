import type { Reason, Told_Output } from '../../../../../../shared/api/staff'
import { useText } from '../../../../../../shared/i18n/language'
import { words } from './words'

const OCCASIONS = ['opened', 'customer_wrote', 'activity', 'status_changed', 'assigned', 'moved'] as const
const ROLES: readonly Reason[] = ['owner', 'responsible', 'watcher', 'subscriber']

/** What a form begins with before the channel is there; the desk's own defaults hold unless somebody changes it. */
export const EVERYBODY: Told_Output = Object.fromEntries(OCCASIONS.map(occasion => [occasion, [...ROLES]]))

/** In our order, so that a box that is ticked back counts as unchanged. */
export const sorted = (told: Told_Output): Told_Output =>
  Object.fromEntries(OCCASIONS.map(occasion => [occasion, ROLES.filter(role => told[occasion]?.includes(role))]))

type Props = { told: Told_Output; onChange: (told: Told_Output) => void }

/** Who is told of what (CV-08): occasions down, roles across, a box where they meet. */
export function ToldMatrix({ told, onChange }: Props) {
  const text = useText(words)
  const tick = (occasion: (typeof OCCASIONS)[number], role: Reason, on: boolean) => {
    const before = told[occasion] ?? []
    const next = ROLES.filter(each => (each === role ? on : before.includes(each)))
    onChange({ ...told, [occasion]: next })
  }
  return (
    <table className="w-full table-fixed border-collapse">
      <thead>
        <tr className="border-line border-b text-fg-2 text-xs">
          <th scope="col" className="w-[34%] max-sm:w-[24%] py-1.5 pr-2 text-left font-medium">
            {text.occasion}
          </th>
          {ROLES.map(role => (
            <th key={role} scope="col" className="break-words py-1.5 font-medium max-sm:text-2xs">
              {text[role]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {OCCASIONS.map(occasion => (
          <tr key={occasion} className="border-line border-b">
            <th scope="row" className="py-1 pr-2 text-left font-normal">
              {text[occasion]}
            </th>
            {ROLES.map(role => (
              <td key={role} className="text-center">
                <label className="inline-flex size-7 items-center justify-center">
                  <input
                    type="checkbox"
                    aria-label={text.toldOf(text[role], text[occasion])}
                    checked={told[occasion]?.includes(role) ?? false}
                    onChange={event => tick(occasion, role, event.target.checked)}
                    className="size-4 accent-(--accent)"
                  />
                </label>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
