// Permission rules of coding agents: which of them let through whatever an agent comes up with.

/** Programs whose arguments are programs, that reach other machines, or that take the machine apart. */
const anything = new Set(
  'sh bash zsh dash ksh fish pwsh powershell cmd python python2 python3 node deno bun perl ruby php lua Rscript osascript eval exec source env xargs find parallel nohup sudo su doas ssh scp rsync sftp ftp telnet nc ncat socat curl wget npx bunx pnpx uvx pipx docker podman kubectl helm terraform aws gcloud az make rm dd chmod chown mkfs crontab systemctl launchctl at tee awk sed vim vi ed'.split(
    ' ',
  ),
)

const shellNames =
  /^(?:Bash|Shell|PowerShell|shell|bash|run_shell_command|ShellTool|terminal|execute_command)$/
const fileNames = /^(?:Read|Write|Edit|MultiEdit|NotebookEdit)$/
const ends = /(?::\*|\s\*+|\*+)$/

/** Why a rule of an allow-list is too wide, or nothing when it is not. */
export function wideRule(rule: string): string | undefined {
  const text = rule.trim()
  if (/^\*+$/.test(text) || /^mcp__\*+$/.test(text)) return 'every tool'
  const [, name = text, inside] = /^([\w*-]+)\((.*)\)$/s.exec(text) ?? []
  if (shellNames.test(name)) return wideCommand(inside)
  if (fileNames.test(name)) return wideFiles(name, inside)
  if (/^WebFetch$/i.test(name)) {
    const isAny = inside === undefined || /^(?:\*+|domain:\*+|url:\*+|https?:\/\/\*+)$/.test(inside)
    return isAny ? 'every address' : undefined
  }
  return undefined
}

function wideCommand(inside: string | undefined): string | undefined {
  if (inside === undefined || /^[:\s*]*$/.test(inside)) return 'every command'
  if (!ends.test(inside)) return undefined
  const words = inside.replace(ends, '').trim().split(/\s+/)
  const program = (words[0] ?? '').split('/').at(-1) ?? ''
  // With a script or a subcommand named, the rule says more than the program.
  return words.length === 1 && anything.has(program) ? `whatever ${program} is told` : undefined
}

function wideFiles(name: string, inside: string | undefined): string | undefined {
  if (inside === undefined) return undefined
  if (
    /^(?:\*+|\/{1,2}\*\*?(?:\/\*)?|~\/\*\*?(?:\/\*)?|\/\/?(?:Users|home|root)\/(?:[^/]+\/)?\*\*?)$/.test(
      inside,
    )
  )
    return `${name === 'Read' ? 'every file to read' : 'every file to write'}`
  if (/\.(?:ssh|aws|gnupg|kube)\b|\bid_(?:rsa|ed25519)|\/etc\/(?:shadow|sudoers)/.test(inside))
    return 'keys and credentials'
  return undefined
}
