import { useState } from 'react'
import { problemText } from './problems'

/** The state of a form that is sent: whether it is on its way, and what was refused. */
export function useSubmit() {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const submit = async (work: () => Promise<void>) => {
    setBusy(true)
    setProblem(undefined)
    try {
      await work()
    } catch (error) {
      setProblem(problemText(error))
    } finally {
      setBusy(false)
    }
  }
  return { busy, problem, setProblem, submit }
}
