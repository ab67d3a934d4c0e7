import { notify } from '../../../../../shared/ui/kit'
import { queries } from '../../../app/api'
import { problemText } from '../../../app/problems'

/** Do something at once, outside of a form: what it was is said afterwards, also when it was refused. */
export async function act(done: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    notify({ title: done })
    return true
  } catch (error) {
    notify({ title: problemText(error), tone: 'error' })
    return false
  } finally {
    void queries.invalidateQueries({ queryKey: ['desk'] })
  }
}
