/**
 * The URL of a sibling module, to start a worker from it. The source runs as `.ts` with its types stripped and
 * the package as `.js`; the extension follows whichever file is asking.
 */
export function moduleUrl(name: string, from: string): URL {
  return new URL(name + (from.endsWith('.ts') ? '.ts' : '.js'), from)
}
