import { useQuery } from '@tanstack/react-query'
import { Users } from 'lucide-react'
import { useState } from 'react'
import type { GroupOut } from '../../../../../../shared/api/staff'
import { useText } from '../../../../../../shared/i18n/language'
import { Button, Confirm, ErrorState, TextField } from '../../../../../../shared/ui/kit'
import { call } from '../../../../app/api'
import { groupQuery, groupsQuery } from '../../../../data/config'
import { agentsQuery } from '../../../../data/desk'
import { useMay } from '../../../../data/session'
import { ChipsField } from '../../../../parts/ChipsField'
import { act } from '../../parts/act'
import { Detail, LoadingForm, NEW, useLead } from '../../parts/Detail'
import { Group } from '../../parts/fields'
import { RecordForm } from '../../parts/RecordForm'
import { SplitPage } from '../../parts/SplitPage'
import { useRecordForm } from '../../parts/useRecordForm'
import { words as shared } from '../../parts/words'
import type { SectionProps } from '../../sections'
import { words } from './words'

/** Groups of agents: they subscribe to channels as one. */
export function GroupsSection({ id }: SectionProps) {
  const text = useText(words)
  const may = useMay('staff:manage')
  const groups = useQuery(groupsQuery)
  return (
    <SplitPage
      section="groups"
      title={text.groups}
      hint={text.groupHint}
      selected={id}
      add={may ? text.add : undefined}
      error={groups.error}
      onRetry={() => void groups.refetch()}
      rows={groups.data?.map(group => ({
        id: group.id,
        name: group.name,
        sub: text.memberCount(group.member_count),
        mark: <Users size={15} aria-hidden className="text-fg-3" />,
      }))}
    >
      <Detail id={id} items={groups.data} idOf={group => group.id} mayAdd={may}>
        {group =>
          group ? (
            <Loaded key={group.id} id={group.id} readOnly={!may} />
          ) : (
            <GroupForm key={NEW} group={null} readOnly={!may} />
          )
        }
      </Detail>
    </SplitPage>
  )
}

/** The list has no members; they come with the group itself. */
function Loaded({ id, readOnly }: { id: string; readOnly: boolean }) {
  const group = useQuery(groupQuery(id))
  if (group.error) return <ErrorState error={group.error} onRetry={() => void group.refetch()} />
  if (!group.data) return <LoadingForm />
  return <GroupForm group={group.data} readOnly={readOnly} />
}

function GroupForm({ group, readOnly }: { group: GroupOut | null; readOnly: boolean }) {
  const text = useText(words)
  const own = useText(shared)
  const lead = useLead('groups')
  const [asking, setAsking] = useState(false)
  const agents = useQuery(agentsQuery).data ?? []
  const form = useRecordForm({
    place: `groups/${group?.id ?? NEW}`,
    stored: { name: group?.name ?? '', members: group?.members ?? [] },
    version: group?.version ?? null,
    save: async (changed, all, version) => {
      if (group) await call('change_group', { path: { group_id: group.id }, version, body: changed })
      else await lead((await call('create_group', { body: all })).id)
    },
  })
  const { values, set, errors } = form
  const remove = async () => {
    if (!group) return
    const gone = await act(text.deleted(group.name), () =>
      call('delete_group', { path: { group_id: group.id }, version: group.version }),
    )
    if (gone) await lead()
  }
  const named = new Map(agents.map(agent => [agent.id, agent]))
  return (
    <RecordForm
      form={form}
      readOnly={readOnly}
      title={group?.name ?? text.newGroup}
      labels={{ name: own.name, members: text.members }}
      actions={
        group && (
          <Button look="danger" onClick={() => setAsking(true)}>
            {text.delete}
          </Button>
        )
      }
    >
      <TextField
        label={own.name}
        value={values.name}
        error={errors.name}
        onChange={event => set({ name: event.target.value })}
      />
      <ChipsField
        label={text.members}
        error={errors.members}
        disabled={readOnly}
        items={agents}
        value={values.members.map(id => named.get(id) ?? { id, name: '…' })}
        onChange={chosen => set({ members: chosen.map(agent => agent.id) })}
        keyOf={agent => agent.id}
        nameOf={agent => agent.name}
      />
      {group && (
        <Group title={text.subscribes}>
          <p className="text-fg-2">
            {group.subscriptions.map(each => each.channel).join(', ') || text.subscribesNothing}
          </p>
        </Group>
      )}
      {group && (
        <Confirm
          open={asking}
          onClose={() => setAsking(false)}
          title={text.deleteGroup(group.name)}
          text={text.deleteGroupText}
          action={text.delete}
          onConfirm={() => void remove()}
        />
      )}
    </RecordForm>
  )
}
