import { isShell, languageOf } from './shell/interpreters.ts'
import type { Invocation } from './shell/model.ts'
import { programName } from './shell/wrappers.ts'

const netcats = new Set(
  'nc ncat netcat nc.traditional nc.openbsd nc64 nc6 pnetcat cryptcat sbd dbd rcat rustcat pwncat pwncat-cs powercat gs-netcat gsocket netkitty socat socat1'.split(
    ' ',
  ),
)

export function isNetcat(name: string): boolean {
  return netcats.has(name)
}

/** A program that carries its standard input to a remote end and the remote end's answer to its standard output. */
export function isDuplex(invocation: Invocation): boolean {
  const { name, args, streams } = invocation
  if (streams.stdin.kind === 'socket' && streams.stdout.kind === 'socket') return true
  if (netcats.has(name)) return !args.some((arg) => /^-[a-z]*z|^--version$|^-h$/.test(arg))
  if (name === 'telnet') return args.length > 0
  if (name === 'openssl') return args[0] === 's_client' || args[0] === 's_server'
  if (name === 'gnutls-cli' || name === 'websocat' || name === 'wscat' || name === 'ws') return true
  if (name === 'curl') return args.some((arg) => /^(telnet|gopher|ws):\/\//i.test(arg))
  if (name === 'rlogin' || name === 'rsh') return true
  return false
}

/** Brings bytes in from elsewhere. */
export function isDownload(invocation: Invocation): boolean {
  const { name, args, streams } = invocation
  if (streams.stdin.kind === 'socket') return true
  if (isDuplex(invocation)) return true
  if (
    /^(curl|wget|wget2|aria2c|fetch|lynx|lwp-download|lwp-request|GET|http|https|xh|axel|ftp|tftp|scp|sftp|smbclient)$/.test(
      name,
    )
  )
    return !/^--(version|help)$/.test(args[0] ?? '')
  if (/^(?:irm|iwr|invoke-(?:restmethod|webrequest))$/i.test(name)) return true
  if (name === 'finger') return args.some((arg) => arg.includes('@'))
  return /^(dig|nslookup|host)$/.test(name) && args.some((arg) => /^txt$/i.test(arg) || /=txt/i.test(arg))
}

/** Sends what it reads to elsewhere. */
export function isUpload(invocation: Invocation): boolean {
  const { name, args, streams } = invocation
  if (streams.stdout.kind === 'socket' || isDuplex(invocation)) return true
  if (name === 'curl')
    return args.some((arg) => /^(-[sSfLkNvgi]*[dTF]|--data\S*|--upload-file|--form\S*|--json)/.test(arg))
  if (name === 'wget') return args.some((arg) => /^--(post|body)-(data|file)/.test(arg))
  return false
}

/** The address of a download, when its words show one. */
export function addressOf(invocation: Invocation): string {
  const words = invocation.args.filter((arg) => !arg.startsWith('-'))
  return (
    words.find((arg) => /^[a-z]+:\/\//i.test(arg)) ??
    words.find((arg) => /^[\w-]+(\.[\w-]+)+(:\d+)?(\/|$)/.test(arg)) ??
    ''
  )
}

/** Runs whatever text it reads. */
export function isInterpreter(name: string): boolean {
  if (isShell(name)) return true
  const language = languageOf(name)
  return language !== undefined && !/^(awk|c|go|rust|vim|gdb|sqlite|java|haskell)$/.test(language)
}

const attached =
  /^(?:.*[ /])?(?:(?:ba|da|z|k|a|tc|c|fi|mk|po)?sh|cmd(?:\.exe)?|powershell(?:\.exe)?|pwsh|login|su|python[\d.]*|perl)$/i

/** Names a program that gives whoever talks to it control: a shell, or a login. */
export function givesControl(command: string): boolean {
  const words = command
    .trim()
    .replace(/^['"]|['"]$/g, '')
    .split(/[\s,]+/)
  const program = programName(words[0] ?? '')
  if (program === 'exec' || program === 'env' || program === 'busybox' || program === 'sudo') {
    // Its options, their words and what it sets for the program come first.
    let at = 1
    while (/^-|=/.test(words[at] ?? '')) at += /^-[uCSg]$/.test(words[at] ?? '') ? 2 : 1
    return givesControl(words.slice(at).join(' '))
  }
  // A shell that reads the path takes its backslashes away: `C:WindowsSystem32cmd.exe`.
  if (/(?:cmd|powershell|pwsh)\.exe$/i.test(words[0] ?? '')) return true
  return attached.test(program) && (words.length < 4 || !words.includes('-c'))
}
