import { useQuery } from '@tanstack/react-query'
import type { MarkerOut } from '../../../../../../shared/api/staff'
import { useText } from '../../../../../../shared/i18n/language'
import { ColourDot, Field, TextField } from '../../../../../../shared/ui/kit'
import { call } from '../../../../app/api'
import { markersQuery } from '../../../../data/desk'
import { useMay } from '../../../../data/session'
import { Detail, NEW, useLead } from '../../parts/Detail'
import { PositionField, Tick } from '../../parts/fields'
import { RecordForm } from '../../parts/RecordForm'
import { SplitPage } from '../../parts/SplitPage'
import { useRecordForm } from '../../parts/useRecordForm'
import { words as shared } from '../../parts/words'
import type { SectionProps } from '../../sections'
import { words } from './words'

const FIRST = { name: '', colour: '#d9534f', position: 0, active: true }

/** Colour markers (CF-03). */
export function MarkersSection({ id }: SectionProps) {
  const text = useText(words)
  const own = useText(shared)
  const may = useMay('staff:manage')
  const markers = useQuery(markersQuery)
  return (
    <SplitPage
      section="markers"
      title={text.markers}
      hint={text.markerHint}
      selected={id}
      add={may ? text.add : undefined}
      error={markers.error}
      onRetry={() => void markers.refetch()}
      rows={markers.data?.map(marker => ({
        id: marker.id,
        name: marker.name,
        sub: marker.active ? undefined : own.inactive,
        faded: !marker.active,
        mark: <ColourDot colour={marker.colour} />,
      }))}
    >
      <Detail id={id} items={markers.data} idOf={marker => marker.id} mayAdd={may}>
        {marker => <MarkerForm key={marker?.id ?? NEW} marker={marker} readOnly={!may} />}
      </Detail>
    </SplitPage>
  )
}

function MarkerForm({ marker, readOnly }: { marker: MarkerOut | null; readOnly: boolean }) {
  const text = useText(words)
  const own = useText(shared)
  const lead = useLead('markers')
  const { name, colour, position, active } = marker ?? FIRST
  const form = useRecordForm({
    place: `markers/${marker?.id ?? NEW}`,
    stored: { name, colour, position, active },
    version: marker?.version ?? null,
    save: async (changed, all, version) => {
      if (marker) {
        await call('change_colour_marker', { path: { marker_id: marker.id }, version, body: changed })
      } else {
        await lead((await call('create_colour_marker', { body: all })).id)
      }
    },
  })
  const { values, set, errors } = form
  return (
    <RecordForm
      form={form}
      readOnly={readOnly}
      title={marker?.name ?? text.newMarker}
      labels={{ name: own.name, colour: text.colour, position: own.position, active: text.stillActive }}
    >
      <TextField
        label={own.name}
        value={values.name}
        error={errors.name}
        onChange={event => set({ name: event.target.value })}
      />
      <Field label={text.colour} error={errors.colour}>
        {described => (
          <input
            {...described}
            type="color"
            value={values.colour}
            onChange={event => set({ colour: event.target.value })}
            className="h-8 w-16 rounded-md border border-control bg-surface p-0.5"
          />
        )}
      </Field>
      <PositionField value={values.position} onChange={next => set({ position: next })} />
      <Tick
        label={text.stillActive}
        help={text.stillActiveHelp}
        checked={values.active}
        onChange={next => set({ active: next })}
      />
    </RecordForm>
  )
}
