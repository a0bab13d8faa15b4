/** One file of a patch: where it goes, and the text it adds or leaves behind. */
export type PatchedFile = { readonly path: string; readonly text: string }

const FILES_MAX = 256

/**
 * The files of an `apply_patch` text, which Codex hands over as one argument: `*** Update File: PATH`, then lines that begin
 * with `+`, `-` or a space. Only what is added is judged; the rest was there before.
 */
export function patchedFiles(patch: string): readonly PatchedFile[] {
  const files: { path: string; lines: string[] }[] = []
  for (const line of patch.split('\n')) {
    const header =
      /^\*\*\* (?:Add|Update) File: (.+?)\s*$/.exec(line) ?? /^\*\*\* Move to: (.+?)\s*$/.exec(line)
    if (header) {
      if (files.length === FILES_MAX) break
      // A moved file carries what was already read of it.
      const isMove = line.startsWith('*** Move')
      files.push({ path: header[1] ?? '', lines: isMove ? (files.at(-1)?.lines ?? []) : [] })
    } else if (line.startsWith('+')) files.at(-1)?.lines.push(line.slice(1))
  }
  return files.map(({ path, lines }) => ({ path, text: lines.join('\n') }))
}
