import { type Dirent, existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { agentFile } from '../../gate/inspect/command/instructions/places.ts'

/** What proves who somebody is, below a home folder: keys, tokens, sessions, histories, wallets. */
const personal = [
  '.ssh',
  '.gnupg',
  '.aws',
  '.azure',
  '.oci',
  '.kube',
  '.docker/config.json',
  '.config/gcloud',
  '.config/gh',
  '.config/hub',
  '.config/op',
  '.config/rclone',
  '.config/sops',
  '.config/doctl',
  '.netrc',
  '.npmrc',
  '.yarnrc.yml',
  '.pypirc',
  '.gem/credentials',
  '.cargo/credentials',
  '.cargo/credentials.toml',
  '.m2/settings.xml',
  '.gradle/gradle.properties',
  '.terraform.d/credentials.tfrc.json',
  '.vault-token',
  '.git-credentials',
  '.pgpass',
  '.my.cnf',
  '.password-store',
  '.local/share/keyrings',
  '.mozilla',
  '.config/google-chrome',
  '.config/chromium',
  '.config/BraveSoftware',
  '.thunderbird',
  'Library/Keychains',
  'Library/Cookies',
  '.bash_history',
  '.zsh_history',
  '.python_history',
  '.node_repl_history',
  '.psql_history',
  '.mysql_history',
  '.bitcoin',
  '.ethereum',
  '.electrum',
  '.config/solana',
  // Coding agents: their logins, what they may do, and what they remember.
  '.claude',
  '.claude.json',
  '.codex',
  '.gemini',
  '.cursor',
  '.config/opencode',
  '.local/share/opencode',
  '.portcullis',
] as const

/** What a shell runs by itself. */
const startUp = [
  '.bashrc',
  '.bash_profile',
  '.bash_login',
  '.profile',
  '.zshrc',
  '.zshenv',
  '.zprofile',
  '.config/fish',
] as const

const system = [
  '/etc/shadow',
  '/etc/shadow-',
  '/etc/gshadow',
  '/etc/gshadow-',
  '/etc/sudoers',
  '/etc/sudoers.d',
  '/etc/ssh',
  '/etc/krb5.keytab',
  '/var/spool/cron',
  '/var/lib/docker',
  '/var/lib/kubelet',
] as const

/** Instructions and settings in a work tree that an agent obeys later: readable, and not to be written from inside. */
const obeyed = [
  '.claude',
  '.codex',
  '.gemini',
  '.cursor',
  '.opencode',
  '.windsurf',
  '.clinerules',
  '.roo',
  '.kiro',
  '.vscode',
  '.mcp.json',
  'opencode.json',
  'CLAUDE.md',
  'CLAUDE.local.md',
  'AGENTS.md',
  'AGENTS.override.md',
  'GEMINI.md',
  '.cursorrules',
  '.windsurfrules',
  '.github/copilot-instructions.md',
  '.git/hooks',
  '.git/config',
  '.github/workflows',
] as const

/** Paths that nothing inside may read. Only those that exist: there is nothing to hide where nothing is. */
export function unreadable(home: string, more: readonly string[]): readonly string[] {
  return [...[...personal, ...startUp].map((path) => join(home, path)), ...system, ...more].filter(existsSync)
}

/** Also what does not exist, for it would be obeyed once it does. A repository may be made where there is none. */
export function unwritable(workTree: string): readonly string[] {
  const isRepository = statSync(join(workTree, '.git'), { throwIfNoEntry: false })?.isDirectory() === true
  const here = obeyed
    .filter((path) => isRepository || !path.startsWith('.git/'))
    .map((path) => join(workTree, path))
  return [...new Set([...here, ...obeyedBelow(workTree)])]
}

/** Of a work tree that is looked through for files in its folders that an agent obeys there. */
const FOLDERS_MAX = 2_000
const BELOW_MAX = 100

/** Only what is there already: nobody knows in which folder a new one will be made. Links are not followed. */
function obeyedBelow(workTree: string): readonly string[] {
  const found: string[] = []
  const folders = ['']
  for (let at = 0; at < folders.length && found.length < BELOW_MAX; at++) {
    const folder = folders[at] ?? ''
    for (const entry of entriesOf(join(workTree, folder))) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        if (!passedBy.has(entry.name) && folders.length < FOLDERS_MAX) folders.push(path)
      } else if (entry.isFile() && folder !== '' && agentFile(path) !== undefined && found.length < BELOW_MAX)
        found.push(join(workTree, path))
    }
  }
  return found
}

const passedBy = new Set(['.git', 'node_modules'])

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    // What cannot be read here cannot be written from inside either.
    return []
  }
}
