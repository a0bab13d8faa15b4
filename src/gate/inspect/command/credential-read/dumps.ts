import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import { downstreamOf } from '../shell/lineage.ts'
import type { Invocation, Reading } from '../shell/model.ts'

const NAME = 'credential-read'

/** Programs made for nothing else; scripts among them are handed to an interpreter, so that any word may name one. */
const dumpers =
  /(^|[\\/])(mimikatz|mimipenguin|lazagne|pypykatz|secretsdump|dumpert|nanodump|swap_digger|3snake|keytabextract|hekatomb|firefox_decrypt|chainbreaker|gimmecredz|impacket-secretsdump)(\.(py|sh|exe|ps1|rb))?$/i
const runners = /^((ba|da|z|k)?sh|python[\d.]*|perl|ruby|pwsh|powershell|node|source|\.)$/
const sniffers = /^(tcpdump|tshark|dumpcap|ngrep|ettercap|dsniff)$/
const keyLoggers = /^(logkeys|keylogger|lkl|uberkey)$/

/** What takes credentials out of memory, traffic, keystrokes or a person (MITRE ATT&CK T1003, T1040, T1056). */
export function dumps(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args, path } = invocation
  const tool = [path, ...(runners.test(name) ? args : [])].find((word) => dumpers.test(word))
  if (tool !== undefined)
    return [finding(NAME, 'credential.store', 'critical', `${shown(tool)} dumps credentials`)]
  if (keyLoggers.test(name) && args.length > 0)
    return [finding(NAME, 'credential.keys', 'high', `${name} records what is typed`)]
  // A window that looks like the system's and keeps what is typed into it.
  if (
    name === 'osascript' &&
    args.some((arg) => /hidden answer|with hidden|password.*default answer/i.test(arg))
  )
    return [finding(NAME, 'credential.prompt', 'high', 'asks a person for a password in a window of its own')]
  if (!sniffers.test(name)) return []
  const isForPasswords = [invocation, ...downstreamOf(invocation, reading)].some(({ args: words }) =>
    words.some((word) => /pass(w|word)?\b|authorization|cookie|login/i.test(word)),
  )
  return isForPasswords
    ? [finding(NAME, 'credential.traffic', 'medium', `${name} looks for passwords in traffic`)]
    : []
}
