import type { Finding } from '../../../finding.ts'
import { secretFile } from '../credential-read/secret-files.ts'
import { finding, shown } from '../detector.ts'
import { sourcesOf, upstreamOf } from '../shell/lineage.ts'
import type { Invocation, Reading } from '../shell/model.ts'
import { collectors } from './carriers.ts'

const NAME = 'upload'

/** An address for certain; a bare name with a dot is as often a file. */
const remote =
  /^(?:[a-z][a-z0-9+.-]*:\/\/(?!localhost|127\.)[^/\s]|(?:[^/@\s]+@)?(?!127\.|0\.0\.0\.0)\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?:\/|$)|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}:\d{2,5}$)/i
/** Database and container clients take in files all day; what they are pointed at is their own server. */
const ownServer =
  /^(mysql|mariadb|psql|mongo\w*|redis-cli|sqlcmd|docker|podman|kubectl|helm|ansible\S*|git|ssh|ping|traceroute|mtr|nmap|whois|grep|awk|sed|echo|printf|tee|sort|jq)$/

/** Any program that has an address and is fed what a collector of secrets or files gathers. */
export function stranger(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  if (ownServer.test(name) || !args.some((arg) => remote.test(arg))) return []
  const sources = [...upstreamOf(invocation, reading), ...args.flatMap((arg) => sourcesOf(arg, reading))]
  const gathers = sources.find(
    (source) => collectors.test(source.name) || source.args.some((arg) => secretFile(arg) !== undefined),
  )
  return gathers === undefined
    ? []
    : [
        finding(
          NAME,
          'upload.raw',
          'medium',
          `${shown(name)} is given the output of ${gathers.name} and an address`,
        ),
      ]
}

/** Base64 padding never occurs in a host name, and a long label of mixed case hardly does (MITRE ATT&CK T1048.003). */
const coded =
  /^(?:https?:\/\/)?(?:[\w-]+\.)*(?:[A-Za-z0-9+/_-]{8,}={1,2}|(?=[^.]*[a-z])(?=[^.]*[A-Z])(?=[^.]*\d)[A-Za-z0-9]{24,63})\.[a-z0-9-]+\.[a-z]{2,}/

export function codedName({ name, args }: Invocation): readonly Finding[] {
  const word = args.find((arg) => coded.test(arg))
  return word === undefined
    ? []
    : [finding(NAME, 'upload.names', 'medium', `${name} looks up a name made of data: ${shown(word)}`)]
}
