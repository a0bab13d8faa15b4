import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'

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
  return obeyed
    .filter((path) => isRepository || !path.startsWith('.git/'))
    .map((path) => join(workTree, path))
}
