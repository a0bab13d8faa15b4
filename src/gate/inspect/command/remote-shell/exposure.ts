import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import { givesControl } from '../network.ts'
import type { Invocation, Reading } from '../shell/model.ts'

const NAME = 'remote-shell'

const exposing = new Set(
  'telnetd utelnetd dropbear in.telnetd xterm urxvt rxvt ttyd gotty shellinaboxd wetty tmate sshx upterm teleconsole websocat msfvenom msfconsole weevely sliver-client villain hoaxshell evil-winrm inetd xinetd tcpserver tcpsvd udpsvd s6-tcpserver s6-tcpserver4 s6-tcpserver6 systemd-socket-activate launchd_socket faucet websocketd jupyter jupyter-notebook jupyter-lab'.split(
    ' ',
  ),
)

/** Programs made to give a shell, a terminal or a display to someone elsewhere. */
export function exposure(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  if (!exposing.has(name)) return []
  const words = args.join(' ')
  const shows = reading.assignments.some(([set, value]) => set === 'DISPLAY' && /^[\w.-]{2,}:\d/.test(value))
  if (args.some((arg) => /^(-h|-v|--help|--version|--list|display)$/.test(arg))) return []
  const bind = (summary: string) => [finding(NAME, 'shell.bind', 'critical', summary)]
  switch (name) {
    case 'telnetd':
    case 'utelnetd':
    case 'dropbear':
    case 'in.telnetd':
      return args.some((arg) => /(^|\/)\w*sh$/.test(arg))
        ? bind(`${name} gives a shell to whoever connects`)
        : []
    case 'xterm':
    case 'urxvt':
    case 'rxvt':
      return (/-display\s+\S*[\w.]+:\d/.test(words) && !/-display\s+:/.test(words)) || shows
        ? [finding(NAME, 'shell.reverse', 'critical', `${name} opens on another host's display`)]
        : []
    case 'gotty':
      // Who looks on may not type, unless told so.
      return [
        finding(
          NAME,
          'shell.shared-terminal',
          args.some((arg) => /^(-w|--permit-write)/.test(arg)) ? 'high' : 'low',
          'gotty serves a terminal over the web',
        ),
      ]
    case 'ttyd':
    case 'shellinaboxd':
    case 'wetty':
      return [finding(NAME, 'shell.shared-terminal', 'high', `${name} serves a terminal over the web`)]
    case 'tmate':
    case 'sshx':
    case 'upterm':
    case 'teleconsole':
      return [finding(NAME, 'shell.shared-terminal', 'high', `${name} shares this terminal through a relay`)]
    case 'websocat': {
      const command = args.find((arg) => /^(cmd|sh-c|exec):/.test(arg))
      if (command === undefined) return []
      return givesControl(command.replace(/^[\w-]+:/, ''))
        ? [finding(NAME, 'shell.reverse', 'critical', 'websocat joins a shell to a web socket')]
        : [
            finding(
              NAME,
              'shell.program-on-socket',
              'high',
              `websocat joins ${shown(command)} to a web socket`,
            ),
          ]
    }
    case 'msfvenom':
      return /reverse|bind/.test(words)
        ? [finding(NAME, 'shell.attack-tool', 'medium', 'msfvenom makes a remote shell')]
        : []
    case 'msfconsole':
    case 'weevely':
    case 'sliver-client':
    case 'villain':
    case 'hoaxshell':
    case 'evil-winrm':
      return [finding(NAME, 'shell.attack-tool', 'low', `${name} drives remote shells`)]
    case 'tcpserver':
    case 'tcpsvd':
    case 'udpsvd':
    case 's6-tcpserver':
    case 's6-tcpserver4':
    case 's6-tcpserver6':
    case 'faucet':
    case 'websocketd':
    case 'systemd-socket-activate':
      return args.some((arg) => givesControl(arg)) ? bind(`${name} gives a shell to whoever connects`) : []
    case 'jupyter':
    case 'jupyter-notebook':
    case 'jupyter-lab':
      return /--ip[ =]["']?(?:0\.0\.0\.0|\*|::)/.test(words) &&
        /\.(?:token|password)=(?:["']{2})?(?:\s|$)/.test(words)
        ? [finding(NAME, 'shell.shared-terminal', 'high', `${name} runs code for whoever connects`)]
        : []
    case 'inetd':
    case 'xinetd':
      return invocation.args.some((arg) => /^\/(?:tmp|dev\/fd|dev\/shm|var\/tmp)\//.test(arg))
        ? bind(`${name} serves what a temporary file says`)
        : []
    default:
      return []
  }
}
