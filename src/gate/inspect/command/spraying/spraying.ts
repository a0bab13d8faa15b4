import type { Finding } from '../../../finding.ts'
import { type CommandDetector, finding, none, ofEach } from '../detector.ts'
import { looksByName, unconcerned } from '../dispatch.ts'
import { hasMarker, type Invocation } from '../shell/model.ts'

const NAME = 'spraying'

/** Trying many passwords or many hosts. */
export const spraying: CommandDetector = {
  name: NAME,
  inspect: (reading) => ofEach(reading.invocations, looks, reading),
}

const guessers = new Set(
  'hydra xhydra medusa ncrack patator crowbar kerbrute crackmapexec cme netexec nxc brutespray thc-hydra legba o365spray sprayhound'.split(
    ' ',
  ),
)
const crackers = new Set('john hashcat ophcrack fcrackzip aircrack-ng rainbowcrack'.split(' '))
const scanners = new Set('nmap masscan zmap rustscan naabu unicornscan'.split(' '))
const attackers = new Set(
  'sqlmap nikto gobuster ffuf wfuzz dirb feroxbuster wpscan nuclei responder bettercap ettercap arpspoof searchsploit'.split(
    ' ',
  ),
)

const looks = looksByName(ofInvocation)
const concerned = new Set([...guessers, ...crackers, ...scanners, ...attackers, 'sshpass'])

function ofInvocation({ name, args }: Invocation): readonly Finding[] {
  if (!concerned.has(name)) return unconcerned
  if (args.some((arg) => /^(-h|--?help|--version|-V)$/.test(arg)) || args.length === 0) return []
  if (guessers.has(name)) {
    const isWide =
      !/^(nxc|netexec|crackmapexec|cme)$/.test(name) &&
      args.some((arg) => /^-[a-zA-Z]*[PLC]$|\/(\d|1\d|2\d)$|\.(txt|lst|list)$/.test(arg))
    return [finding(NAME, 'spray.logins', isWide ? 'medium' : 'low', `${name} tries logins`)]
  }
  if (crackers.has(name))
    return [finding(NAME, 'spray.hashes', 'low', `${name} guesses passwords from hashes`)]
  if (scanners.has(name)) {
    const isWide = args.some((arg) => /\/(\d|1\d|2[0-4])$/.test(arg)) || name !== 'nmap'
    return [finding(NAME, isWide ? 'spray.hosts' : 'spray.scan', 'low', `${name} scans hosts`)]
  }
  if (attackers.has(name)) return [finding(NAME, 'spray.attack-tool', 'low', `${name} probes for weaknesses`)]
  // A password that is a variable or some program's output comes from a list.
  const isGuessing =
    name === 'sshpass' &&
    args.some(
      (arg, index) =>
        (arg.startsWith('-p') || args[index - 1] === '-p') && (arg.includes('$') || hasMarker(arg)),
    )
  return isGuessing ? [finding(NAME, 'spray.logins', 'medium', 'tries passwords over ssh')] : none
}
