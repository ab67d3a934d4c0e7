import { Autocomplete } from '@base-ui/react/autocomplete'
import { Dialog } from '@base-ui/react/dialog'
import { useQuery } from '@tanstack/react-query'
import type { Editor } from '@tiptap/react'
import { Zap } from 'lucide-react'
import type { TemplateOut, TicketOut } from '../../../../../shared/api/staff'
import { useText } from '../../../../../shared/i18n/language'
import { withoutStyles } from '../../../../../shared/lib/styles'
import { notify, Skeleton } from '../../../../../shared/ui/kit'
import { call } from '../../../app/api'
import { problemText } from '../../../app/problems'
import { templatesQuery } from '../../../data/writing'
import { words } from './words'
import type { Slot } from './writing'

type TemplatePickerProps = { ticket: TicketOut; slot: Slot; editor: Editor; onClose: () => void }

/** Text blocks of the channel, found by typing; the chosen one is put where the cursor stands. */
export function TemplatePicker({ ticket, slot, editor, onClose }: TemplatePickerProps) {
  const text = useText(words)
  const { data, isPending } = useQuery(templatesQuery(slot === 'reply' ? 'reply' : 'note', ticket.channel.key))
  const insert = async (template: TemplateOut) => {
    onClose()
    try {
      const path = { template_id: template.id }
      const { html } = await call('render_template', { path, body: { ticket: ticket.number } })
      if (!editor.isDestroyed) editor.chain().focus().insertContent(withoutStyles(html)).run()
    } catch (error) {
      notify({ title: problemText(error), tone: 'error' })
    }
  }
  return (
    <Dialog.Root open onOpenChange={open => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/25" />
        <Dialog.Popup
          data-modal
          aria-label={text.template}
          finalFocus={false}
          className="pop fixed top-[14vh] left-1/2 z-50 w-[min(520px,92vw)] -translate-x-1/2 overflow-hidden"
        >
          <Autocomplete.Root
            open
            inline
            items={data ?? []}
            autoHighlight="always"
            itemToStringValue={(each: TemplateOut) => each.name}
          >
            <div className="flex items-center gap-3 border-line border-b px-4">
              <Zap size={16} className="text-fg-3" aria-hidden />
              <Autocomplete.Input
                aria-label={text.searchTemplates}
                placeholder={text.searchTemplates}
                className="h-12 flex-1 bg-transparent text-base outline-none placeholder:text-fg-3"
              />
            </div>
            <Autocomplete.Empty>
              <p className="px-4 py-6 text-center text-fg-2 empty:hidden">{isPending ? '' : text.noTemplates}</p>
            </Autocomplete.Empty>
            {isPending && <Skeleton className="m-3 h-8" />}
            <Autocomplete.List className="max-h-[46vh] overflow-y-auto p-1.5 empty:hidden">
              {(each: TemplateOut) => (
                <Autocomplete.Item
                  key={each.id}
                  value={each}
                  onClick={() => void insert(each)}
                  className="flex h-9 cursor-default items-center rounded-md px-2.5 data-highlighted:bg-selected"
                >
                  <span className="truncate">{each.name}</span>
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
