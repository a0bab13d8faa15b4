import { ConnectionRecords, digestOf } from './connection/connection-records.ts'
import { withEdits } from './connection/edit-text.ts'
import { readSettings } from './connection/settings-file.ts'
import type { Check } from './doctor.ts'

/** Whether what `connect` wrote still stands: hooks that were taken out guard nothing, and the agent says nothing either. */
export function hookChecks(home: string | undefined): readonly Check[] {
  if (home === undefined) return []
  return new ConnectionRecords(home).list().map(({ agent, file, digest, edits }) => {
    const now = readSettings(file)
    const isWhole = now !== undefined && digestOf(now) === digest
    // Settings belong to their user, who may add to them; a file of the plugin is the gate's own.
    const isThere =
      isWhole ||
      (now !== undefined &&
        edits.length > 0 &&
        edits.every((edit) => {
          const again = withEdits(now.toString('utf8'), [edit])
          return again.ok && again.value.done.length === 0
        }))
    const how = now === undefined ? 'is gone' : 'is not what connect wrote'
    return {
      name: 'hooks',
      state: isThere ? 'present' : 'missing',
      isNeeded: false,
      detail: isThere ? `${agent} asks the gate (${file})` : `${file} ${how}: ${agent} may run past the gate`,
      advice: `look at what changed it, then \`portcullis disconnect ${agent} --own\` and \`portcullis connect ${agent}\``,
    }
  })
}
