// Builds the console: bundles src/console/app into hashed files, each with its gzip beside it, and a manifest.
//   node src/console/build.mjs [--if-stale] [--lenient]
// Plain JavaScript, for `npm ci` runs it under whatever Node the system has. With --lenient a failure is told and is not
// an error: a gate without its console is of more use than no installation.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { extname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const GZIP_LEVEL = 9
const here = fileURLToPath(new URL('.', import.meta.url))
const root = join(here, '../..')
const app = join(here, 'app')
const out = join(root, 'dist/console/files')
const manifestFile = join(out, 'manifest.json')

try {
  await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(
    `\nThe web console was not built: ${error instanceof Error ? error.message : String(error)}\n` +
      'Everything else works. To try again: npm run build:console\n\n',
  )
  process.exitCode = process.argv.includes('--lenient') ? 0 : 1
}

async function main(flags) {
  // A package as published has the built files and no sources.
  if (!existsSync(app)) return
  const source = sourceDigest()
  if (flags.includes('--if-stale') && builtFrom() === source) return
  const esbuild = await loadEsbuild()
  const began = Date.now()
  const { outputFiles, metafile } = await esbuild.build({
    entryPoints: { console: join(app, 'main.tsx'), style: join(app, 'styles/console.css') },
    absWorkingDir: root,
    outdir: out,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryNames: '[name]-[hash]',
    legalComments: 'none',
    loader: { '.svg': 'dataurl' },
    logLevel: 'error',
  })
  const files = new Map(outputFiles.map(({ path, contents }) => [relative(out, path), Buffer.from(contents)]))
  files.set('icon.svg', readFileSync(join(app, 'icon.svg')))
  files.set('index.html', Buffer.from(indexPage([...files.keys()])))
  write(files, source)
  const bytes = [...files.values()].reduce((sum, content) => sum + gzipped(content).length, 0)
  const inputs = Object.keys(metafile.inputs).length
  process.stdout.write(
    `console: ${inputs} sources, ${(bytes / 1000).toFixed(1)} kB gzipped, ${Date.now() - began} ms\n`,
  )
}

async function loadEsbuild() {
  try {
    return await import('esbuild')
  } catch {
    throw new Error('esbuild is not installed (development dependencies were left out)')
  }
}

/**
 * Two may build at once, and a gate may be serving: each file is there whole or not at all, the manifest comes last, and
 * only then goes what no manifest names.
 */
function write(files, source) {
  mkdirSync(out, { recursive: true })
  for (const [name, content] of files) {
    replace(name, content)
    replace(`${name}.gz`, gzipped(content))
  }
  const names = [...files.keys()].sort()
  replace('manifest.json', `${JSON.stringify({ source, files: names }, null, 2)}\n`)
  const kept = new Set(['manifest.json', ...names.flatMap((name) => [name, `${name}.gz`])])
  for (const name of readdirSync(out))
    if (!kept.has(name) && !name.endsWith('.part')) rmSync(join(out, name), { force: true })
}

function replace(name, content) {
  const part = join(out, `${name}.${process.pid}.part`)
  writeFileSync(part, content)
  renameSync(part, join(out, name))
}

function gzipped(content) {
  return gzipSync(content, { level: GZIP_LEVEL })
}

function indexPage(names) {
  const named = (start, end) => names.find((name) => name.startsWith(start) && extname(name) === end) ?? ''
  return readFileSync(join(app, 'index.html'), 'utf8')
    .replace('STYLE', named('style-', '.css'))
    .replace('SCRIPT', named('console-', '.js'))
}

/** Of everything that goes into the bundle, so that a clone moved by its version control builds again and others do not. */
function sourceDigest() {
  const hash = createHash('sha256')
  const files = readdirSync(here, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(tsx?|css|html|svg|mjs)$/.test(file) && !file.endsWith('.test.ts'))
    .sort()
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(here, file)))
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return hash.update(JSON.stringify(devDependencies)).digest('hex')
}

function builtFrom() {
  try {
    return JSON.parse(readFileSync(manifestFile, 'utf8')).source
  } catch {
    return undefined
  }
}
