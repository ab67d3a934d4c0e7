import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { TagAdminOut } from '../../../../../../shared/api/staff'
import { useText } from '../../../../../../shared/i18n/language'
import { Button, Combobox, Confirm, TextField } from '../../../../../../shared/ui/kit'
import { call } from '../../../../app/api'
import { tagsQuery } from '../../../../data/config'
import { act } from '../../parts/act'
import { Detail, useLead } from '../../parts/Detail'
import { Group } from '../../parts/fields'
import { RecordForm } from '../../parts/RecordForm'
import { SplitPage } from '../../parts/SplitPage'
import { useRecordForm } from '../../parts/useRecordForm'
import { words as shared } from '../../parts/words'
import type { SectionProps } from '../../sections'
import { words } from './words'

/** Up to so many tickets are counted. */
const COUNTED = 1000

/** Tags: what they are called, and which of them are the same. */
export function TagsSection({ id }: SectionProps) {
  const text = useText(words)
  const tags = useQuery(tagsQuery)
  return (
    <SplitPage
      section="tags"
      title={text.tags}
      hint={text.tagHint}
      selected={id}
      error={tags.error}
      onRetry={() => void tags.refetch()}
      rows={tags.data?.map(tag => ({
        id: tag.id,
        name: tag.name,
        sub: tag.merging ? text.merging : text.tickets(tag.tickets, tag.tickets >= COUNTED),
      }))}
    >
      <Detail id={id} items={tags.data} idOf={tag => tag.id} mayAdd={false}>
        {tag => tag && <TagForm key={tag.id} tag={tag} others={(tags.data ?? []).filter(each => each !== tag)} />}
      </Detail>
    </SplitPage>
  )
}

function TagForm({ tag, others }: { tag: TagAdminOut; others: readonly TagAdminOut[] }) {
  const text = useText(words)
  const own = useText(shared)
  const lead = useLead('tags')
  const [into, setInto] = useState<TagAdminOut | null>(null)
  const [asking, setAsking] = useState(false)
  const form = useRecordForm({
    place: `tags/${tag.id}`,
    stored: { name: tag.name },
    version: 0, // tags have no versions: the last name wins
    save: (_, all) => call('rename_tag', { path: { tag_id: tag.id }, body: all }),
  })
  const merge = async () => {
    if (!into) return
    const done = text.merged(tag.name, into.name)
    if (await act(done, () => call('merge_tags', { path: { tag_id: tag.id }, body: { into: into.id } }))) {
      await lead(into.id)
    }
  }
  const remove = async () => {
    if (await act(text.deleted(tag.name), () => call('delete_tag', { path: { tag_id: tag.id } }))) await lead()
  }
  return (
    <RecordForm
      form={form}
      readOnly={false}
      title={tag.name}
      labels={{ name: own.name }}
      actions={
        <Button look="danger" onClick={() => setAsking(true)}>
          {text.delete}
        </Button>
      }
    >
      <TextField
        label={own.name}
        value={form.values.name}
        error={form.errors.name}
        onChange={event => form.set({ name: event.target.value })}
      />
      <Group title={text.merge} text={text.mergeText}>
        <Combobox
          label={text.mergeInto}
          items={others}
          value={into}
          onChange={setInto}
          keyOf={each => each.id}
          nameOf={each => each.name}
        />
        <div>
          <Button onClick={() => void merge()} disabled={!into}>
            {text.merge}
          </Button>
        </div>
      </Group>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={text.deleteTag(tag.name)}
        text={text.deleteTagText(tag.tickets)}
        action={text.delete}
        onConfirm={() => void remove()}
      />
    </RecordForm>
  )
}
