import { GateError } from '../kernel/gate-error.ts'
import type { Command, CommandEntry } from './command.ts'

export const completion: Command = {
  usage: 'bash|zsh|fish',
  description: `Writes a completion script for a shell to standard output: commands, their options, and the values of options
that take one of a few. It is made from the same table as \`--help\`.`,
  options: {},
  examples: [
    ['source <(portcullis completion bash)', 'for this shell; put it into ~/.bashrc to keep it'],
    ['portcullis completion zsh > ~/.zfunc/_portcullis', 'for zsh, where ~/.zfunc is in fpath'],
    ['portcullis completion fish > ~/.config/fish/completions/portcullis.fish', 'for fish'],
  ],
  wordsMax: 1,
  run: async ([shell], _options, console) => {
    // Loaded here: the table of commands has this command in it.
    const { commands } = await import('./commands.ts')
    const script = scriptFor(shell, await describe(commands))
    if (script === undefined)
      throw new GateError(
        'usage',
        `Say which shell: bash, zsh or fish${shell === undefined ? '' : `, not '${shell}'`}.`,
      )
    console.stdout.write(script)
    return 0
  },
}

export type Described = {
  readonly name: string
  readonly summary: string
  readonly verbs: readonly string[]
  readonly options: readonly DescribedOption[]
}

type DescribedOption = {
  readonly name: string
  readonly short: string | undefined
  readonly summary: string
  readonly takesValue: boolean
  /** From `--format json|csv`: the values that may follow. */
  readonly choices: readonly string[]
}

async function describe(commands: readonly CommandEntry[]): Promise<Described[]> {
  return await Promise.all(
    commands.map(async ({ name, summary, load }) => {
      const { options, usage } = await load()
      return {
        name,
        summary,
        verbs: verbsOf(usage),
        options: Object.entries(options).map(([option, about]) => describeOption(option, about)),
      }
    }),
  )
}

function describeOption(name: string, about: Command['options'][string]): DescribedOption {
  const { summary, short, value = '' } = about
  const choices = /^[a-z0-9-]+(\|[a-z0-9-]+)+$/.test(value) ? value.split('|') : []
  return {
    name: about.isOnByDefault ? `no-${name}` : name,
    short,
    summary,
    takesValue: about.type === 'string',
    choices,
  }
}

/** The words of `[list | show ID | export] …` or `bash|zsh|fish`: lower case, separated by bars, at the front. */
function verbsOf(usage: string): string[] {
  const front = /^\[([^\]]*(?:\[[^\]]*\][^\]]*)*)\]|^[a-z|]+/.exec(usage)?.[0] ?? ''
  if (!front.includes('|')) return []
  return front
    .replace(/^\[|\]$/g, '')
    .split('|')
    .flatMap((part) => /^[a-z][a-z-]*/.exec(part.trim())?.[0] ?? [])
}

export function scriptFor(shell: string | undefined, commands: readonly Described[]): string | undefined {
  switch (shell) {
    case 'bash':
      return bash(commands)
    case 'zsh':
      return zsh(commands)
    case 'fish':
      return fish(commands)
    default:
      return undefined
  }
}

function bash(commands: readonly Described[]): string {
  const cases = commands.map(({ name, verbs, options }) => {
    const words = [...verbs, ...options.map((option) => `--${option.name}`), '--help'].join(' ')
    return `    ${name}) words='${words}' ;;`
  })
  const values = commands.flatMap(({ name, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map((option) => `    '${name} --${option.name}') choices='${option.choices.join(' ')}'; isValue=1 ;;`),
  )
  return `# portcullis completion for bash
_portcullis() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  local words='' choices='' isValue=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} help --help --version' -- "$word"))
    return
  fi
  case "$command $before" in
${values.join('\n')}
  esac
  if [ -n "$isValue" ]; then
    if [ -n "$choices" ]; then COMPREPLY=($(compgen -W "$choices" -- "$word")); else COMPREPLY=($(compgen -f -- "$word")); fi
    return
  fi
  case "$command" in
    help) words='${commands.map(({ name }) => name).join(' ')}' ;;
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  case "$word" in -*) ;; *) COMPREPLY+=($(compgen -f -- "$word")) ;; esac
}
complete -o filenames -F _portcullis portcullis
`
}

function zsh(commands: readonly Described[]): string {
  const list = commands.map(
    ({ name, summary }) => `    ${quoted(`${name}:${summary.replaceAll(':', '\\:')}`)}`,
  )
  const cases = commands.map(({ name, verbs, options }) => {
    const specs = options.map((option) => {
      const action = option.takesValue
        ? `:${option.name}:${option.choices.length > 0 ? `(${option.choices.join(' ')})` : '_files'}`
        : ''
      return quoted(`--${option.name}[${option.summary.replace(/[[\]:\\]/g, '\\$&')}]${action}`)
    })
    const first = verbs.length > 0 ? `'1:what:(${verbs.join(' ')})'` : ''
    const parts = [...specs, "'--help[how to use it]'", first, "'*:file:_files'"].filter(
      (part) => part !== '',
    )
    return `    ${name}) _arguments ${parts.join(' ')} ;;`
  })
  return `#compdef portcullis
_portcullis() {
  local -a commands=(
${list.join('\n')}
    'help:how to use a command'
  )
  if (( CURRENT == 2 )); then _describe 'command' commands; return; fi
  local command=$words[2]
  shift words; (( CURRENT-- ))
  case $command in
    help) _describe 'command' commands ;;
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = "_portcullis" ]; then _portcullis "$@"; else compdef _portcullis portcullis; fi
`
}

function fish(commands: readonly Described[]): string {
  const lines = commands.flatMap(({ name, summary, verbs, options }) => [
    `complete -c portcullis -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
    ...(verbs.length > 0
      ? [`complete -c portcullis -n '__fish_seen_subcommand_from ${name}' -f -a ${quoted(verbs.join(' '))}`]
      : []),
    ...options.map((option) => {
      const value = !option.takesValue
        ? ''
        : option.choices.length > 0
          ? ` -x -a ${quoted(option.choices.join(' '))}`
          : ' -r'
      const short = option.short === undefined ? '' : ` -s ${option.short}`
      return `complete -c portcullis -n '__fish_seen_subcommand_from ${name}' -l ${option.name}${short}${value} -d ${quoted(option.summary)}`
    }),
  ])
  return `# portcullis completion for fish\n${lines.join('\n')}\ncomplete -c portcullis -l help -d 'how to use it'\n`
}

/** A word that no shell reads anything into. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
