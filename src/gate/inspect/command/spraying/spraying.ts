import type { Finding } from '../../../finding.ts'
import { type CommandDetector, finding } from '../detector.ts'
import type { Invocation } from '../shell/model.ts'

const NAME = 'spraying'

/** Trying many passwords or many hosts. */
export const spraying: CommandDetector = {
  name: NAME,
  inspect: (reading) => reading.invocations.flatMap(ofInvocation),
}

const guessers =
  /^(hydra|xhydra|medusa|ncrack|patator|crowbar|kerbrute|crackmapexec|cme|netexec|nxc|brutespray|thc-hydra|legba|o365spray|sprayhound)$/
const crackers = /^(john|hashcat|ophcrack|fcrackzip|aircrack-ng|rainbowcrack)$/
const scanners = /^(nmap|masscan|zmap|rustscan|naabu|unicornscan)$/
const attackers =
  /^(sqlmap|nikto|gobuster|ffuf|wfuzz|dirb|feroxbuster|wpscan|nuclei|responder|impacket-\w+|bettercap|ettercap|arpspoof|searchsploit)$/

function ofInvocation({ name, args }: Invocation): readonly Finding[] {
  if (args.some((arg) => /^(-h|--?help|--version|-V)$/.test(arg)) || args.length === 0) return []
  if (guessers.test(name)) {
    const isWide = args.some((arg) => /^-[a-zA-Z]*[PLC]$|\/(\d|1\d|2\d)$|\.(txt|lst|list)$/.test(arg))
    return [finding(NAME, 'spray.logins', isWide ? 'medium' : 'low', `${name} tries logins`)]
  }
  if (crackers.test(name))
    return [finding(NAME, 'spray.hashes', 'low', `${name} guesses passwords from hashes`)]
  if (scanners.test(name)) {
    const isWide = args.some((arg) => /\/(\d|1\d|2[0-4])$/.test(arg)) || name !== 'nmap'
    return [finding(NAME, isWide ? 'spray.hosts' : 'spray.scan', 'low', `${name} scans hosts`)]
  }
  if (attackers.test(name))
    return [finding(NAME, 'spray.attack-tool', 'low', `${name} probes for weaknesses`)]
  const isGuessing = name === 'sshpass' && args.some((arg) => arg.startsWith('-p') && arg.includes('$'))
  return isGuessing ? [finding(NAME, 'spray.logins', 'medium', 'tries passwords over ssh')] : []
}
