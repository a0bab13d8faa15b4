// Containers and clusters given the machine they run on.
import type { Finding } from '../../../finding.ts'
import { finding } from '../detector.ts'

const privilege = (severity: Finding['severity'], summary: string): readonly Finding[] => [
  finding('persistence', 'persist.privilege', severity, summary),
]

const mounted =
  /^(\/(etc|root|home|boot|usr|bin|sbin|lib|proc|sys|dev|var|var\/(lib|spool\/cron|run|lib\/kubelet|lib\/docker)|var\/run\/docker\.sock|run\/docker\.sock|run\/containerd\/\S+)\/?):(?!.*:ro\b)/

export function container(words: readonly string[]): readonly Finding[] {
  // `docker -H tcp://… run` says the same about another machine.
  const at = /^(-H|--host|--context|-c)$/.test(words[0] ?? '')
    ? 2
    : /^(-H|--host=)./.test(words[0] ?? '')
      ? 1
      : 0
  const args = at === 0 ? words : words.slice(at)
  if (!/^(run|create|container)$/.test(args[0] ?? '') && !(args[0] === 'service' && args[1] === 'create'))
    return []
  const isMachine = args.some((arg, index) =>
    /^(-v|--volume)$/.test(args[index - 1] ?? '')
      ? /^\/:\//.test(arg)
      : /^(-v|--volume=)\/:\/|^(?:--mount=)?type=bind\b.*,(?:src|source)=\/(?:,|$)/.test(arg),
  )
  const isWide =
    args.includes('--privileged') && args.some((arg) => /^--(pid|userns|ipc|uts)=host$/.test(arg))
  if (isMachine || isWide) return privilege('high', 'a container gets the whole machine')
  const stays = args.some(
    (arg, index) =>
      /^--restart=(always|unless-stopped)/.test(arg) ||
      (args[index - 1] === '--restart' && /^(always|unless-stopped)/.test(arg)),
  )
  const holdsSystem =
    args.includes('--privileged') ||
    args.some(
      (arg, index) =>
        mounted.test(arg.replace(/^(-v|--volume)=?/, '')) &&
        /^(-v|--volume)/.test(arg.startsWith('-') ? arg : (args[index - 1] ?? '')),
    )
  return stays && holdsSystem
    ? privilege('medium', 'a container that is always started again gets a part of the machine')
    : []
}

/** `docker compose -f - up` with the file on its input. */
export function composed(args: readonly string[], input: string | undefined): readonly Finding[] {
  if (args[0] !== 'compose' || input === undefined) return []
  return /[-"'\s[]\/:\/\S/.test(input) ||
    (/\bprivileged:\s*true/.test(input) && /\bpid:\s*["']?host/.test(input))
    ? privilege('high', 'a container gets the whole machine')
    : []
}

const wholeDisk = /\bhostPath["']?:\s*\{?\s*["']?path["']?:\s*["']?\/(?=["'\s},]|$)/
const ofHost = /["']?\b(hostPID|hostNetwork|hostIPC)["']?\s*:\s*true/
const rules = /\bkind:\s*["']?ClusterRoleBinding\b[\s\S]*\bname:\s*["']?cluster-admin\b/

/** What a client of a cluster is told to start, as JSON or YAML. */
export function manifest(name: string, text: string): readonly Finding[] {
  if (/"(hostPID|hostNetwork|privileged)"\s*:\s*true|"path"\s*:\s*"\/"/.test(text) || wholeDisk.test(text))
    return privilege('high', `${name} starts something with the machine in its hands`)
  if (ofHost.test(text) && /\bprivileged:\s*true/.test(text))
    return privilege('high', `${name} starts something with the machine in its hands`)
  return rules.test(text)
    ? [
        finding(
          'persistence',
          'persist.identity',
          'medium',
          `${name} gives an identity power over the cluster`,
        ),
      ]
    : []
}
