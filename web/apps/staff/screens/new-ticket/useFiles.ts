import { useEffect, useRef } from 'react'
import { randomId } from '../../../../shared/api/http'
import type { UploadOut } from '../../../../shared/api/staff'
import { textOf } from '../../../../shared/i18n/language'
import { notify } from '../../../../shared/ui/kit'
import { problemText } from '../../app/problems'
import { discardUpload, upload } from '../../data/uploads'
import type { Attached } from './form'
import { words } from './words'

/** Shows an image inside the text. */
type Insert = (upload: UploadOut) => void

/** Brings files to the desk while somebody still writes; `change` edits the list that the form holds. */
export function useFiles(change: (edit: (files: Attached[]) => Attached[]) => void) {
  const going = useRef(new Map<string, AbortController>())
  useEffect(() => {
    const all = going.current
    return () => {
      for (const one of all.values()) one.abort()
    }
  }, [])

  const bring = async (file: File, insert?: Insert) => {
    const key = randomId()
    const stop = new AbortController()
    going.current.set(key, stop)
    const patch = (part: Partial<Attached>) =>
      change(files => files.map(each => (each.key === key ? { ...each, ...part } : each)))
    change(files => [...files, { key, name: file.name, size: file.size, share: 0, upload: null }])
    try {
      const there = await upload(file, share => patch({ share }), stop.signal)
      patch({ upload: there, share: 1 })
      if (file.type.startsWith('image/')) insert?.(there)
    } catch (error) {
      change(files => files.filter(each => each.key !== key))
      if (!stop.signal.aborted) {
        notify({ title: textOf(words).attachmentFailed(file.name), description: problemText(error), tone: 'error' })
      }
    } finally {
      going.current.delete(key)
    }
  }
  return {
    add: (files: Iterable<File>, insert?: Insert) => {
      for (const file of files) void bring(file, insert)
    },
    remove: (file: Attached) => {
      going.current.get(file.key)?.abort()
      change(files => files.filter(each => each.key !== file.key))
      // What stays behind expires by itself after seven days.
      if (file.upload) discardUpload(file.upload.id).catch(() => undefined)
    },
  }
}
