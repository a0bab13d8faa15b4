import type { Finding } from '../../../finding.ts'
import { type CommandDetector, finding, none, ofEach, shown } from '../detector.ts'
import { looksByName, unconcerned } from '../dispatch.ts'
import type { Invocation } from '../shell/model.ts'

const NAME = 'tunnel'

/** Ways in or out that go around the network's own doors. */
export const tunnel: CommandDetector = {
  name: NAME,
  inspect: (reading) => ofEach(reading.invocations, looks, reading),
}

const relays = new Set(
  'chisel ngrok cloudflared frpc frps bore localtunnel lt gost ligolo ligolo-ng ligolo-agent rathole revsocks rpivot iodine dnscat dnscat2 dns2tcp dns2tcpc ptunnel ptunnel-ng icmptunnel reGeorg sshuttle 3proxy microsocks earthworm ew nps npc zrok pagekite tunnelto inlets wstunnel hans udp2raw tun2socks plink'.split(
    ' ',
  ),
)

const looks = looksByName(ofInvocation)
const others = new Set('ssh autossh socat devtunnel code tailscale npx netsh iptables ip6tables'.split(' '))

function ofInvocation(invocation: Invocation): readonly Finding[] {
  const { name, args } = invocation
  const seen = (fact: string, severity: Finding['severity'], summary: string) => [
    finding(NAME, fact, severity, summary),
  ]
  if (!relays.has(name) && !others.has(name)) return unconcerned
  if (name === 'ssh' || name === 'autossh' || name === 'plink') return ssh(invocation)
  if (relays.has(name)) {
    if (
      args.length === 0 ||
      args.some((arg) =>
        /^(--?version|version|help|--?help|update|-h|-v|list|create|login|enable|disable|status|delete|info|config|add-authtoken|authtoken|completion|route|private)$/.test(
          arg,
        ),
      )
    )
      return []
    // The end that others come to leads no further than the machine that it was put up on.
    const isMeetingPlace =
      (name === 'frps' || args[0] === 'server') && !args.some((arg) => /^--(socks5|reverse)$/.test(arg))
    if (isMeetingPlace) return seen('tunnel.server', 'medium', `${name} waits for tunnels of others`)
    // The same as `ssh -L`: a port of this machine leads to one over there.
    if (name === 'chisel' && args[0] === 'client' && !args.some((arg) => /^R:|socks/i.test(arg)))
      return seen('tunnel.forward', 'medium', 'chisel forwards a port to another machine')
    // Through a host one logs in to anyway, and only from here.
    return name === 'sshuttle'
      ? seen('tunnel.proxy', 'medium', 'sshuttle sends traffic through another machine')
      : seen('tunnel.relay', 'high', `${name} opens a tunnel`)
  }
  if (name === 'socat') {
    const ends = args.filter((arg) => /^(tcp|udp|openssl|ssl|socks|unix|sctp)/i.test(arg))
    const forwards =
      ends.length > 1 &&
      ends.some((arg) => /listen|-l:/i.test(arg)) &&
      ends.some((arg) => !/listen|-l:/i.test(arg))
    return forwards ? seen('tunnel.forward', 'high', 'socat forwards a port') : []
  }
  if (name === 'devtunnel' && args[0] === 'host')
    return seen('tunnel.relay', 'high', 'devtunnel opens this machine to a relay')
  if (name === 'code' && args[0] === 'tunnel')
    return seen('tunnel.relay', 'high', 'code tunnel opens this machine to a relay')
  if (name === 'tailscale' && args[0] === 'funnel')
    return seen('tunnel.relay', 'high', 'tailscale funnel opens this machine to the internet')
  if (name === 'npx' && args.some((arg) => /^(localtunnel|ngrok|untun)$/.test(arg)))
    return seen('tunnel.relay', 'high', 'opens a tunnel')
  if (name === 'netsh' && /portproxy\s+add/i.test(args.join(' ')))
    return seen('tunnel.forward', 'high', 'netsh forwards a port')
  if ((name === 'iptables' || name === 'ip6tables') && args.includes('DNAT'))
    return seen('tunnel.forward', 'low', `${name} redirects traffic`)
  return none
}

function ssh({ name, args }: Invocation): readonly Finding[] {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    const match = /^-([a-zA-Z]*)([RD])(.*)$/.exec(arg)
    if (!match || /^-o/.test(arg)) continue
    const target = match[3] === '' ? (args[at + 1] ?? '') : (match[3] ?? '')
    if (!/\d|\//.test(target)) continue
    if (match[2] === 'R')
      return [
        finding(NAME, 'tunnel.reverse', 'high', `${name} opens ${shown(target)} on the far side to this one`),
      ]
    return [
      finding(NAME, 'tunnel.proxy', 'high', `${name} makes a proxy through the far side at ${shown(target)}`),
    ]
  }
  return []
}
