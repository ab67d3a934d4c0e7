import { useQuery } from '@tanstack/react-query'
import type { Editor } from '@tiptap/react'
import { Zap } from 'lucide-react'
import type { TicketOut } from '../../../../../shared/api/staff'
import { useText } from '../../../../../shared/i18n/language'
import { withoutStyles } from '../../../../../shared/lib/styles'
import { notify } from '../../../../../shared/ui/kit'
import { call } from '../../../app/api'
import { problemText } from '../../../app/problems'
import { templatesQuery } from '../../../data/writing'
import { PickDialog } from '../PickDialog'
import { words } from './words'
import type { Slot } from './writing'

type TemplatePickerProps = { ticket: TicketOut; slot: Slot; editor: Editor; onClose: () => void }

/** Text blocks of the channel; the chosen one is put where the cursor stands. */
export function TemplatePicker({ ticket, slot, editor, onClose }: TemplatePickerProps) {
  const text = useText(words)
  const templates = useQuery(templatesQuery(slot === 'reply' ? 'reply' : 'note', ticket.channel.key)).data
  const insert = async (id: string) => {
    try {
      const { html } = await call('render_template', { path: { template_id: id }, body: { ticket: ticket.number } })
      if (!editor.isDestroyed) editor.chain().focus().insertContent(withoutStyles(html)).run()
    } catch (error) {
      notify({ title: problemText(error), tone: 'error' })
    }
  }
  const picks = templates?.map(({ id, name }) => ({ id, name, run: () => void insert(id) }))
  return (
    <PickDialog
      title={text.searchTemplates}
      picks={picks}
      empty={text.noTemplates}
      icon={<Zap size={16} aria-hidden />}
      onClose={onClose}
    />
  )
}
