import { Lock, PhoneIncoming } from 'lucide-react'
import type { DragEvent, FormEvent, KeyboardEvent, ReactNode } from 'react'
import type { FieldOut, NewOptionsOut, Way } from '../../../../shared/api/staff'
import { useText } from '../../../../shared/i18n/language'
import { TextField } from '../../../../shared/ui/kit'
import { ContentField } from './ContentField'
import { CustomFields } from './CustomFields'
import { FilesField } from './FilesField'
import { ChannelField, FromField } from './FromAndChannel'
import type { Missing, NewTicket } from './form'
import { ContactField, Recipients } from './MailFields'
import { OwnerField, Properties, StatusField } from './Properties'
import type { useFiles } from './useFiles'
import { words } from './words'

type Props = {
  way: Way
  options: NewOptionsOut
  fields: readonly FieldOut[]
  form: NewTicket
  set: (change: Partial<NewTicket>) => void
  files: ReturnType<typeof useFiles>
  missing: Missing
  problem: string | undefined
  onSubmit: () => void
}

export const FORM_ID = 'new-ticket'

/** The fields of a new ticket, each way in the order in which people think of it (OD-01, CW-09, CW-14). */
export function NewTicketForm(props: Props) {
  const { way, form, set, files, problem, onSubmit } = props
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
  }
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event)
  }
  const dropped = (event: DragEvent) => {
    event.preventDefault()
    files.add([...event.dataTransfer.files])
  }
  return (
    <form
      id={FORM_ID}
      noValidate
      onSubmit={submit}
      onKeyDown={pressed}
      onDragOver={event => event.preventDefault()}
      onDrop={dropped}
      className="flex flex-col gap-4"
    >
      <FirstFields {...props} />
      <FilesField files={form.files} onAdd={files.add} onRemove={files.remove} />
      <CustomFields fields={props.fields} form={form} set={set} missing={props.missing} />
      <Properties form={form} set={set} />
      {way === 'email' && <OwnerField form={form} set={set} />}
      {problem && (
        <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-bad-fg">
          {problem}
        </p>
      )}
    </form>
  )
}

function FirstFields({ way, options, form, set, files, missing }: Props) {
  const text = useText(words)
  const channel = <ChannelField options={options} form={form} set={set} missing={missing.channel === true} />
  const subject = (
    <div data-begin={way === 'internal'}>
      <TextField
        label={text.subject}
        value={form.subject}
        maxLength={300}
        error={missing.subject && text.missingSubject}
        onChange={event => set({ subject: event.target.value })}
      />
    </div>
  )
  const content = (
    <ContentField
      label={way === 'internal' ? text.describe : text.content}
      value={form}
      error={missing.text && text.missingContent}
      onChange={set}
      onFiles={files.add}
    />
  )
  if (way === 'email') {
    return (
      <>
        <div className="grid gap-4 sm:grid-cols-2">
          <FromField options={options} form={form} set={set} />
          {channel}
        </div>
        <div data-begin className="flex flex-col gap-4">
          <Recipients form={form} set={set} missing={missing.to === true} />
        </div>
        {subject}
        {content}
      </>
    )
  }
  if (way === 'enquiry') {
    return (
      <>
        <Hint icon={<PhoneIncoming size={14} aria-hidden />}>{text.enquiryNote}</Hint>
        <div data-begin>
          <ContactField value={form.contact} onChange={contact => set({ contact })} />
        </div>
        {channel}
        {subject}
        {content}
        <OwnerField form={form} set={set} />
      </>
    )
  }
  return (
    <>
      <Hint note icon={<Lock size={14} aria-hidden />}>
        {text.internalNote}
      </Hint>
      <div className="grid gap-4 sm:grid-cols-2">
        {channel}
        <StatusField form={form} set={set} />
      </div>
      {subject}
      {content}
      <OwnerField form={form} set={set} />
    </>
  )
}

/** Who receives a mail, and who does not: the one thing that sets the three ways apart. */
function Hint({ icon, note = false, children }: { icon: ReactNode; note?: boolean; children: ReactNode }) {
  const look = note ? 'border border-note-line bg-note text-note-fg' : 'bg-sunken text-fg-2'
  return (
    <p className={`flex items-center gap-2 rounded-md px-3 py-2 ${look}`}>
      {icon}
      {children}
    </p>
  )
}

/** Where people begin to write: the recipient, the contact, the subject; where no channel is chosen yet, there. */
export function beginningOf(form: ParentNode | null, way: Way): HTMLElement | null | undefined {
  const channel = form?.querySelector<HTMLSelectElement>('select')
  if (way === 'internal' && channel?.value === '') return channel
  return form?.querySelector<HTMLElement>('[data-begin=true] input')
}
