import { dirname, join } from 'node:path'
import type { Edit, Json, Wanted } from './agent-plans.ts'

// The hooks of Claude Code as a plugin: a marketplace in a folder of this machine with one plugin in it, and the two
// settings that make it known and switch it on.

const NAME = 'portcullis'
const VERSION = '1.0.0'
const DESCRIPTION = 'Asks the Portcullis gate before and after every tool.'

export type PluginFile = { readonly file: string; readonly text: string }

/** The plugin form of what the settings form would do: hooks move into the plugin, all else stays in the settings. */
export function asPlugin(
  edits: readonly Edit[],
  settings: string,
  wanted: Wanted,
): { readonly edits: readonly Edit[]; readonly files: readonly PluginFile[] } {
  const folder = pluginFolder(settings)
  const rest = edits.filter(
    ({ path: [section] }) => section !== 'hooks' && section !== 'strictKnownMarketplaces',
  )
  return { edits: [...rest, ...pluginEdits(folder, wanted)], files: pluginFiles(folder, hooksOf(edits)) }
}

/** Beside the settings that name it, so that whoever may not write those may not write these. */
function pluginFolder(settings: string): string {
  return join(dirname(settings), 'portcullis-plugin')
}

/** Every file of the plugin, outermost first. `hooks` is what the settings form would put under `hooks`. */
function pluginFiles(folder: string, hooks: Json): readonly PluginFile[] {
  const text = (value: Json): string => `${JSON.stringify(value, undefined, 2)}\n`
  const plugin = { name: NAME, version: VERSION, description: DESCRIPTION }
  return [
    {
      file: join(folder, '.claude-plugin', 'marketplace.json'),
      text: text({ name: NAME, owner: { name: NAME }, plugins: [{ ...plugin, source: `./${NAME}` }] }),
    },
    { file: join(folder, NAME, '.claude-plugin', 'plugin.json'), text: text(plugin) },
    { file: join(folder, NAME, 'hooks', 'hooks.json'), text: text({ description: DESCRIPTION, hooks }) },
  ]
}

function pluginEdits(folder: string, { scope, isStrict }: Wanted): readonly Edit[] {
  const source = { source: 'directory', path: folder }
  const set = (path: readonly string[], value: Json): Edit => ({ kind: 'set', path, value })
  return [
    set(['extraKnownMarketplaces', NAME], { source }),
    set(['enabledPlugins', `${NAME}@${NAME}`], true),
    // No other marketplace than this one.
    ...(scope === 'managed' && isStrict ? [set(['strictKnownMarketplaces'], [source])] : []),
  ]
}

export function pluginNotes({ scope }: Pick<Wanted, 'scope'>): readonly string[] {
  return [
    'A plugin that is not loaded guards nothing, and says nothing either: after a start, `/plugin` must list it and `/hooks` its hooks. The settings form has no such step.',
    scope === 'managed'
      ? 'The plugin is switched on by the managed settings, which users cannot change.'
      : 'A user can switch the plugin off with `/plugin`; `--managed` switches it on beyond their reach.',
  ]
}

function hooksOf(edits: readonly Edit[]): Json {
  const hooks: Record<string, readonly Json[]> = {}
  for (const edit of edits) {
    const [section, event = ''] = edit.path
    if (edit.kind === 'append' && section === 'hooks') hooks[event] = [...(hooks[event] ?? []), edit.value]
  }
  return hooks
}
