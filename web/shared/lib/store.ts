import { useSyncExternalStore } from 'react'

export type Store<State> = {
  get: () => State
  set: (change: Partial<State>) => void
  use: <Part>(select: (state: State) => Part) => Part
  subscribe: (listener: () => void) => () => void
}

/** Shared state of the app that does not come from the server. `select` must give the same value for the same state. */
export function store<State extends object>(initial: State): Store<State> {
  let state = initial
  const listeners = new Set<() => void>()
  const subscribe = (listener: () => void) => {
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }
  return {
    get: () => state,
    set: change => {
      state = { ...state, ...change }
      for (const listener of listeners) listener()
    },
    subscribe,
    use: select => useSyncExternalStore(subscribe, () => select(state)),
  }
}
