import { useState } from 'react'
import { Problem } from '../../../../../shared/api/problem'
import { queries } from '../../../app/api'
import { problemText } from '../../../app/problems'
import { type Kept, kept } from './kept'

type Key<Values> = keyof Values & string

type Options<Values extends object> = {
  /** Its place: `channels/support`; what is typed is kept under it. */
  place: string
  /** What the server has now. */
  stored: Values
  /** The version of that; null for what is not there yet. */
  version: number | null
  /** `changed` is what somebody changed, `all` everything that is shown; `version` goes into If-Match. */
  save: (changed: Partial<Values>, all: Values, version: number) => Promise<unknown>
}

export type RecordForm<Values extends object> = {
  place: string
  values: Values
  set: (change: Partial<Values>) => void
  isNew: boolean
  dirty: boolean
  busy: boolean
  problem: string | undefined
  /** What is wrong with single fields, as the server says. */
  errors: Record<string, string>
  /** Fields that somebody else has changed meanwhile as well. */
  conflicts: { field: Key<Values>; theirs: unknown }[]
  submit: () => Promise<void>
  reset: () => void
  /** Go on with what is typed, on top of the newer version. */
  keepMine: () => void
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/**
 * The one form of all configuration screens: it knows what was changed, keeps it while somebody looks elsewhere, and
 * puts it on top of whatever the server has meanwhile. Only where two changed the same field it asks.
 */
export function useRecordForm<Values extends object>(options: Options<Values>): RecordForm<Values> {
  const { place, stored, version, save } = options
  const entry = kept.use(all => all[place]) as Kept<Values> | undefined
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [errors, setErrors] = useState<Record<string, string>>({})
  const base = entry?.base ?? stored
  const typed = entry?.typed ?? ({} as Partial<Values>)
  const values = { ...stored, ...typed }
  const conflicts = (Object.keys(typed) as Key<Values>[])
    .filter(field => !same(stored[field], base[field]) && !same(stored[field], values[field]))
    .map(field => ({ field, theirs: stored[field] }))

  const forget = () => {
    kept.set({ [place]: undefined })
    setProblem(undefined)
    setErrors({})
  }
  const set = (change: Partial<Values>) => {
    const next = { ...typed, ...change }
    for (const field of Object.keys(next) as Key<Values>[]) {
      if (same(next[field], base[field])) delete next[field]
    }
    const began = entry?.version === undefined ? version : entry.version
    kept.set({ [place]: Object.keys(next).length > 0 ? { typed: next, base, version: began } : undefined })
  }
  const submit = async () => {
    if (busy || conflicts.length > 0) return
    setBusy(true)
    setProblem(undefined)
    setErrors({})
    try {
      await save(typed, values, version ?? 0)
      await queries.invalidateQueries({ queryKey: ['desk'] })
      kept.set({ [place]: undefined })
    } catch (error) {
      // Whoever was quicker is shown, with what was typed on top of it; the problem only when one can go on.
      if (error instanceof Problem && error.status === 409) await queries.invalidateQueries({ queryKey: ['desk'] })
      setProblem(problemText(error))
      if (error instanceof Problem) setErrors(error.fields)
    } finally {
      setBusy(false)
    }
  }
  return {
    place,
    values,
    set,
    isNew: version === null,
    dirty: Object.keys(typed).length > 0,
    busy,
    problem,
    errors,
    conflicts,
    submit,
    reset: forget,
    keepMine: () => {
      setProblem(undefined)
      kept.set({ [place]: { typed, base: stored, version } })
    },
  }
}
