// Programs under names that listings pass over, where a setting or a line of a start-up file has them started.

/** Where people keep what is theirs, or nobody looks. */
const below = String.raw`(?:~|\$\{?HOME\}?|%h|\/(?:home|Users)\/[^/\s"']+|\/root|\/opt|\/var\/\w+|\/usr\/(?:local\/)?\w+)`

/** A hidden file, a hidden folder inside of another, or a cache: no program is installed there. */
const hiddenProgram = new RegExp(
  String.raw`(?:^|[\s"'=!(;&|])${below}(?:\/[\w.-]+)*\/(?:\.cache\/[\w./-]+|\.[\w-]+\/(?:[\w-]+\/)*\.[\w.-]+|\.(?!bash|zsh|profile|env|git|ssh|vim|tmux|fzf|p10k)[\w-]+)(?=$|[\s"';&|)%])`,
)

export function startsHidden(text: string): boolean {
  return hiddenProgram.test(text)
}

/** Settings of ssh and git whose value is a program, or more settings. */
const starter =
  /^\s*(?:(?:ProxyCommand|LocalCommand|KnownHostsCommand|RemoteCommand|exec(?:-once|_always)?)\b[\s=]|Match\s.*\bexec\s|Include\s|(?:pager|editor|sshCommand|askPass|external|textconv|program|clean|smudge|process|\w+\s*=\s*["']?!)\s*=?)/i

/** `ProxyCommand ~/.cache/.p %h`, `pager = ~/.local/share/.x; less`. */
export function startsHiddenBySetting(text: string): boolean {
  return (
    text.includes('/.') && text.split('\n').some((line) => starter.test(line) && hiddenProgram.test(line))
  )
}

const gitStarter =
  /\bconfig\b.*? ((?:core\.(?:pager|editor|sshCommand|askPass|gitProxy)|sequence\.editor|diff\.\S+|filter\.\S+|alias\.\S+|gpg\.program|merge\.\S+\.driver|credential\.helper) .*)$/is

/** The program of a setting of git: `git config core.pager '~/.local/share/.x; less'`. */
export function startedByGit(line: string): string | undefined {
  const value = gitStarter.exec(line)?.[1]
  return value?.slice(value.indexOf(' '))
}

/** Behind a test: a hidden file that is run and not read, or anything left running. */
const guarded =
  /^\s*(?:\[\[?|if|test|command|type)\s.*(?:(?:&&|\|\||;)\s*(?:then\s+)?(?:nohup\s+|setsid\s+|exec\s+)?["']?(?:~|\$\{?HOME\}?|\/)[^\s"';&|]*\/\.[\w-]+["']?(?:[\s;&)]|$)|[^&>|\s]\s*&\s*(?:\)|;?\s*fi\b|$))/

/** `[ -x ~/.config/.sysd ] && ~/.config/.sysd &`, which looks like the lines that tools put there. */
export function runsBehindTest(line: string): boolean {
  return guarded.test(line)
}

/** A search path that begins in a cache, or in a hidden folder inside of another. */
export const hiddenPath =
  /^\s*(?:export\s+)?(?:PATH|ZDOTDIR|BASH_ENV|ENV)=["']?(?:~|\$\{?HOME\}?)(?:\/[\w.-]+)*\/(?:\.cache\b|\.[\w-]+\/(?:[\w-]+\/)*\.)/m
