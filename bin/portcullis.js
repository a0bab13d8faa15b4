#!/usr/bin/env node
// Starts the `portcullis` command under Node 24. When the system's Node is older, the launcher re-executes
// itself under the runtime that npm installed beside the project (see docs/dependencies.md).
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { setFlagsFromString } from 'node:v8'

const NODE_MAJOR_MIN = 24
// The source's types are stripped in WebAssembly that every worker thread calls; V8 13.6 now and then ends the process with
// a fatal error when one of the threads frees the wrapper that it has just compiled for such calls. With calls to spare the
// plain wrapper stays.
const WRAPPER_BUDGET = '--wasm-wrapper-tiering-budget=1000000000'
// V8 takes a new collection of the whole heap up when what is left of it is less than the young objects' share, and the 16 MB
// that this share grows to under load are most of what a gate's small heap may have: it collected twice a second, in
// threads that take the gate its cores. With half of that it collects the young more often and the rest a tenth as often.
// And whoever shares a collection with helper threads waits for the last of them, which on busy cores nobody has let run yet:
// then every request waits. A thread collects its small heap sooner by itself.
const COLLECTOR_OF_A_GATE = ['--max-semi-space-size=8', '--single-threaded-gc']
const here = fileURLToPath(new URL('.', import.meta.url))
const source = here + '../src/cli/main.ts'
const entry = existsSync(source) ? source : here + '../dist/cli/main.js'

function bundledRuntime() {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const { resolve } = createRequire(import.meta.url)
  // Some platforms' builds are published under the second name.
  for (const name of [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`]) {
    try {
      const manifest = resolve(`${name}/package.json`)
      const binary = manifest.replace(/package\.json$/, platform === 'win' ? 'bin/node.exe' : 'bin/node')
      if (existsSync(binary)) return binary
    } catch {}
  }
  return undefined
}

// An agent waits for `portcullis hook` before every tool it uses: it needs none of the rest, nor a newer Node.
const [command, ...rest] = process.argv.slice(2)
const needsGate = rest.some((word) => /^(--local|--policy|--help|-h)(=|$)/.test(word))

if (command === 'hook' && !needsGate) {
  const { hookShim } = await import('./hook-shim.js')
  const { out, err, code } = await hookShim(rest)
  process.stdout.write(out)
  process.stderr.write(err)
  process.exitCode = code
} else if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) {
  // V8 reads this when it starts, and not again. A process that cannot be replaced stays as it is.
  const isReplaceable = process.platform !== 'win32' && process.execve && process.send === undefined
  if (command === 'up' && isReplaceable && process.execArgv.length === 0)
    process.execve(
      process.execPath,
      [process.execPath, ...COLLECTOR_OF_A_GATE, ...process.argv.slice(1)],
      process.env,
    )
  if (entry === source) setFlagsFromString(WRAPPER_BUDGET)
  const { keepCompiled } = await import('./compile-cache.js')
  keepCompiled()
  await import(pathToFileURL(entry).href)
} else {
  const runtime = bundledRuntime()
  if (runtime === undefined) {
    process.stderr.write(
      `portcullis needs Node ${NODE_MAJOR_MIN}; this is Node ${process.versions.node} and no bundled runtime was found.\n` +
        'Run `npm ci` without --omit=optional, or install Node 24 and try again.\n',
    )
    process.exit(2)
  }
  const flags = command === 'up' ? COLLECTOR_OF_A_GATE : []
  const child = spawn(runtime, [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, PORTCULLIS_SYSTEM_NODE: process.versions.node },
  })
  // The terminal sends Ctrl-C to the whole group; a supervisor signals only this process, so pass it on.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  process.on('SIGINT', () => {})
  child.on('error', (error) => {
    process.stderr.write(`portcullis: the bundled runtime did not start: ${error.message}\n`)
    process.exit(2)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}
