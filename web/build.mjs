// Builds every web app into dist/<app>. Apps never share chunks: the portal must not carry code of the staff app.
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { build } from 'vite'
import { helpPages } from './markdown.mjs'

const web = import.meta.dirname
/** Bytes of JavaScript, compressed by gzip, that a first visit may need before it shows anything. */
const MOST_INITIAL = 230_000
const apps = [{ name: 'staff', base: '/' }]

for (const app of apps) {
  const folder = path.join(web, 'dist', app.name)
  await build({
    root: path.join(web, 'apps', app.name),
    base: app.base,
    configFile: false,
    logLevel: 'warn',
    publicDir: path.join(web, 'public'),
    plugins: [helpPages(), react(), tailwind()],
    build: {
      outDir: folder,
      emptyOutDir: true,
      assetsInlineLimit: 0, // inlined data: URLs would not pass the content security policy
      chunkSizeWarningLimit: 900,
      modulePreload: { polyfill: false },
    },
  })
  compress(folder)
  weigh(app.name, folder)
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

/** Ends the build where the first page has become too heavy: load a screen late instead (lazyRouteComponent). */
function weigh(name, folder) {
  const page = fs.readFileSync(path.join(folder, 'index.html'), 'utf8')
  const files = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(found => found[1])
  const bytes = files.reduce((sum, file) => sum + zlib.gzipSync(fs.readFileSync(path.join(folder, file))).length, 0)
  console.log(`${name}: ${Math.round(bytes / 1000)} kB of JavaScript at the start`)
  if (bytes > MOST_INITIAL) throw new Error(`${name} needs ${bytes} bytes at the start, more than ${MOST_INITIAL}`)
}
