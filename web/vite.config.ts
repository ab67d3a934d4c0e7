// Only for `npm run dev`: serves the staff app with hot reload and hands everything else to a running desk.
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { helpPages } from './markdown.mjs'

const desk = 'http://localhost:8080'

export default defineConfig({
  publicDir: new URL('./public', import.meta.url).pathname,
  plugins: [helpPages(), react(), tailwind()],
  server: { proxy: { '/api': desk, '/dev': desk, '/portal': desk } },
})
