// Text to abstract syntax: the grammar is a tree-sitter one, run as WebAssembly; what it cannot read is an error with
// its place.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Language, type Node, Parser } from 'web-tree-sitter'
import { type Place, TlaFailure } from './failure.ts'
import { lowerModule } from './lower-module.ts'
import type { Module } from './syntax.ts'

/** A module larger than this is refused before it is parsed. */
export const MODULE_BYTES_MAX = 8 * 1024 * 1024

export type ModuleParser = (text: string, module: string) => Module[]

/** Loads the grammar once; the parser it answers reads the modules of one file, submodules inside them. */
export async function openParser(): Promise<ModuleParser> {
  await Parser.init()
  const language = await Language.load(new Uint8Array(readFileSync(grammarFile())))
  const parser = new Parser()
  parser.setLanguage(language)
  return (text, module) => {
    if (text.length > MODULE_BYTES_MAX)
      throw new TlaFailure(`Module ${module} is longer than ${MODULE_BYTES_MAX} bytes.`)
    const tree = parser.parse(text)
    if (!tree) throw new TlaFailure(`Module ${module} could not be parsed.`)
    try {
      const root = tree.rootNode
      if (root.hasError) refuse(root, module)
      const modules = root.namedChildren.filter((node) => node?.type === 'module')
      if (modules.length === 0) throw new TlaFailure(`No module found in ${module}.tla.`)
      return modules.map((node) => lowerModule(node as Node, module))
    } finally {
      tree.delete()
    }
  }
}

function refuse(root: Node, module: string): never {
  const node = firstError(root) ?? root
  const place: Place = {
    module,
    line: node.startPosition.row + 1,
    column: node.startPosition.column + 1,
    endLine: node.endPosition.row + 1,
    endColumn: node.endPosition.column,
  }
  const text = node.text.trim().split('\n')[0] ?? ''
  const what = node.isMissing
    ? `expected ${node.type}`
    : text === ''
      ? 'unexpected text'
      : `cannot read \`${text.slice(0, 60)}\``
  throw new TlaFailure(`Syntax error: ${what}.`, place)
}

/** The innermost first error: an error node wraps all that follows it, so the place wanted is deep inside. */
function firstError(node: Node): Node | undefined {
  if (node.isMissing) return node
  for (const child of node.children) {
    if (child && (child.hasError || child.isMissing)) return firstError(child)
  }
  if (!node.isError) return undefined
  return node.children.findLast((child) => child !== null && child.text.trim() !== '') ?? node
}

/**
 * In the package the grammar lies beside this module: its own package would build a native parser as it is installed,
 * with a compiler and files from elsewhere.
 */
function grammarFile(): URL | string {
  const packaged = new URL('./tree-sitter-tlaplus.wasm', import.meta.url)
  if (existsSync(packaged)) return packaged
  const manifest = createRequire(import.meta.url).resolve('@tlaplus/tree-sitter-tlaplus/package.json')
  return join(dirname(manifest), 'tree-sitter-tlaplus.wasm')
}
