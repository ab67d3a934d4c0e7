import { notify } from '../../../../shared/ui/kit'
import { queries } from '../../app/api'
import { problemText } from '../../app/problems'

/** Change something of one's own at once; gives whether it went well. `keys` are the queries that show it. */
export async function change(done: string, keys: readonly string[], work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    notify({ title: done })
    return true
  } catch (error) {
    notify({ title: problemText(error), tone: 'error' })
    return false
  } finally {
    for (const key of keys) void queries.invalidateQueries({ queryKey: [key] })
  }
}
