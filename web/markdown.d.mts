import type { Plugin } from 'vite'

export function helpPages(): Plugin
