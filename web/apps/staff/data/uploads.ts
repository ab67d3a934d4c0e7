import { address } from '../../../shared/api/http'
import { Problem, Unreachable } from '../../../shared/api/problem'
import { operations, type UploadOut } from '../../../shared/api/staff'
import { call } from '../app/api'

/** Bring a file to the desk; `fetch` cannot tell how far it is, so this one request is made the old way. */
export function upload(file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<UploadOut> {
  const request = new XMLHttpRequest()
  return new Promise((resolve, reject) => {
    request.open('POST', address(operations.upload_file.path, { query: { filename: file.name } }))
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.setRequestHeader('X-Deskstream-Client', 'web')
    request.upload.addEventListener('progress', event => onProgress(event.loaded / Math.max(1, event.total)))
    request.addEventListener('load', () => {
      const answer = parsed(request.responseText)
      if (request.status === 201) resolve(answer as UploadOut)
      else reject(new Problem(request.status, answer))
    })
    request.addEventListener('error', () => reject(new Unreachable(request.statusText)))
    request.addEventListener('abort', () => reject(new Unreachable('aborted')))
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}

function parsed(text: string): object {
  try {
    return JSON.parse(text) as object
  } catch {
    return {}
  }
}

export const getUpload = (id: string) => call('get_upload', { path: { upload_id: id } })
export const discardUpload = (id: string) => call('discard_upload', { path: { upload_id: id } })
