import { randomId } from '../../../../../shared/api/http'
import { call } from '../../../app/api'
import { problemText } from '../../../app/problems'
import { upload } from '../../../data/writing'
import { uploadAddress } from './content'
import { write } from './saving'
import { patchWriting, type Slot, type WrittenFile, writingOf } from './writing'

/** Puts an image into the text, by its address. */
type Insert = (address: string, name: string) => void
const stops = new Map<string, AbortController>()

/** Bring files to the server. With `insert` images are shown inside the text, as those that were pasted. */
export function addFiles(number: number, slot: Slot, given: readonly File[], insert?: Insert) {
  const files = given.map(file => ({
    key: randomId(),
    name: file.name,
    size: file.size,
    inline: insert !== undefined && file.type.startsWith('image/'),
    id: null,
    share: 0,
    error: null,
    file,
  }))
  if (files.length === 0) return
  write(number, slot, { files: [...(writingOf(number, slot)?.files ?? []), ...files] })
  for (const file of files) void bring(number, slot, file, file.inline ? insert : undefined)
}

async function bring(number: number, slot: Slot, { key, file }: WrittenFile, insert?: Insert) {
  if (!file) return
  const stop = new AbortController()
  stops.set(key, stop)
  try {
    const done = await upload(file, share => patch(number, slot, key, { share }), stop.signal)
    const known = { id: done.id, name: done.filename, size: done.size, share: 1, error: null, file: null }
    write(number, slot, { files: patched(number, slot, key, known) })
    insert?.(uploadAddress(done.id), done.filename)
  } catch (error) {
    if (!stop.signal.aborted) patch(number, slot, key, { error: problemText(error), share: 0 })
  } finally {
    stops.delete(key)
  }
}

export function retryFile(number: number, slot: Slot, file: WrittenFile) {
  patch(number, slot, file.key, { error: null })
  void bring(number, slot, file)
}

/** Leave a file out. The upload itself expires by itself, so Undo could still name it. */
export function removeFile(number: number, slot: Slot, file: WrittenFile) {
  stops.get(file.key)?.abort()
  const rest = (writingOf(number, slot)?.files ?? []).filter(each => each.key !== file.key)
  write(number, slot, { files: rest })
}

/** Names and sizes of the files of a draft, which knows only their ids. */
export async function learnFiles(number: number, slot: Slot) {
  for (const file of writingOf(number, slot)?.files ?? []) {
    if (!file.id || file.size > 0) continue
    try {
      const known = await call('get_upload', { path: { upload_id: file.id } })
      patch(number, slot, file.key, { name: known.filename, size: known.size })
    } catch (error) {
      patch(number, slot, file.key, { error: problemText(error) })
    }
  }
}

const patched = (number: number, slot: Slot, key: string, change: Partial<WrittenFile>) =>
  (writingOf(number, slot)?.files ?? []).map(file => (file.key === key ? { ...file, ...change } : file))

const patch = (number: number, slot: Slot, key: string, change: Partial<WrittenFile>) =>
  patchWriting(number, slot, { files: patched(number, slot, key, change) })

/** Nothing can be sent while a file is on its way or has failed. */
export const filesReady = (files: readonly WrittenFile[]) => files.every(file => file.id !== null && !file.error)
