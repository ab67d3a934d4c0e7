import { textOf } from '../../../../../shared/i18n/language'
import { notify } from '../../../../../shared/ui/kit'
import { call } from '../../../app/api'
import { problemText } from '../../../app/problems'
import { refreshAll } from '../../../data/properties'
import { words } from './words'

/** Take a merge or a split back. */
export async function undoStructure(number: number, changeId: string): Promise<void> {
  try {
    const { version } = await call('get_ticket', { path: { number } })
    await call('undo_structural_change', { path: { number }, version, body: { change_id: changeId } })
    refreshAll()
    notify({ title: textOf(words).undone })
  } catch (error) {
    notify({ title: problemText(error), tone: 'error' })
  }
}
