// The rules of the house that a linter cannot hold.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { errorCodes } from '../src/kernel/error-codes.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const layers = ['kernel', 'config', 'store', 'gate', 'watch', 'prove', 'doors', 'console', 'cli']
const stages = ['identify', 'inspect', 'decide', 'record', 'enforce']
const LINES_MAX = 400

const files = readdirSync(resolve(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => ({
    file: file.split(sep).join('/'),
    text: readFileSync(resolve(root, 'src', file), 'utf8'),
  }))

function importsOf({ file, text }: { file: string; text: string }): string[] {
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map(
    (match) => match[1] ?? '',
  )
  return specifiers.map((specifier) =>
    relative(resolve(root, 'src'), resolve(root, 'src', dirname(file), specifier))
      .split(sep)
      .join('/'),
  )
}

function offenders(rule: (file: (typeof files)[number]) => string[]): string[] {
  return files.flatMap(rule)
}

test('imports point one way: a layer never imports one to its right', () => {
  expect(
    offenders((source) => {
      const own = layers.indexOf(source.file.split('/')[0] ?? '')
      return importsOf(source)
        .filter((target) => layers.indexOf(target.split('/')[0] ?? '') > own)
        .map((target) => `${source.file} imports ${target}`)
    }),
  ).toEqual([])
})

test('every folder of src is a known layer', () => {
  expect(
    [...new Set(files.map(({ file }) => file.split('/')[0]))].filter((top) => !layers.includes(top ?? '')),
  ).toEqual([])
})

test('a stage of the gate never imports another stage', () => {
  expect(
    offenders((source) => {
      const own = /^gate\/([^/]+)\//.exec(source.file)?.[1]
      if (own === undefined || !stages.includes(own)) return []
      return importsOf(source)
        .filter((target) => {
          const other = /^gate\/([^/]+)\//.exec(target)?.[1]
          return other !== undefined && stages.includes(other) && other !== own
        })
        .map((target) => `${source.file} imports ${target}`)
    }),
  ).toEqual([])
})

test('relative imports name the file with its extension', () => {
  expect(
    offenders((source) =>
      importsOf(source)
        .filter((target) => !/\.(tsx?|json)$/.test(target))
        .map((target) => `${source.file} imports ${target}`),
    ),
  ).toEqual([])
})

test(`no file is longer than ${LINES_MAX} lines`, () => {
  expect(
    offenders(({ file, text }) => {
      const lines = text.split('\n').length
      return lines > LINES_MAX ? [`${file}: ${lines} lines`] : []
    }),
  ).toEqual([])
})

test('no TODO without an issue and no note of an absolute path', () => {
  expect(
    offenders(({ file, text }) =>
      /\b(TODO|FIXME|XXX)\b(?! #\d)/.test(text) || /\/(home|root|work)\//.test(text) ? [file] : [],
    ),
  ).toEqual([])
})

test('error codes and their reference agree both ways', () => {
  const reference = readFileSync(resolve(root, 'docs/reference/errors.md'), 'utf8')
  const documented = [...reference.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map((match) => match[1])
  expect(documented).toEqual([...errorCodes])
  expect([...errorCodes].sort()).toEqual([...errorCodes])
})
