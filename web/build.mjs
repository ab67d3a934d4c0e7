// Builds every web app into dist/<app>. Apps never share chunks: the portal must not carry code of the staff app.
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { build } from 'vite'

const web = import.meta.dirname
const apps = [{ name: 'staff', base: '/' }]

for (const app of apps) {
  const folder = path.join(web, 'dist', app.name)
  await build({
    root: path.join(web, 'apps', app.name),
    base: app.base,
    configFile: false,
    logLevel: 'warn',
    publicDir: path.join(web, 'public'),
    plugins: [react(), tailwind()],
    build: {
      outDir: folder,
      emptyOutDir: true,
      assetsInlineLimit: 0, // inlined data: URLs would not pass the content security policy
      chunkSizeWarningLimit: 900,
      modulePreload: { polyfill: false },
    },
  })
  compress(folder)
}

/** Writes file.br beside each file that the server may send compressed. */
function compress(folder) {
  const quality = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 10 } }
  for (const name of fs.readdirSync(folder, { recursive: true })) {
    if (!/\.(js|css|svg)$/.test(name)) continue
    const file = path.join(folder, name)
    const content = fs.readFileSync(file)
    if (content.length > 1000) fs.writeFileSync(`${file}.br`, zlib.brotliCompressSync(content, quality))
  }
}
