import type { Finding } from '../../../finding.ts'
import { logsInWith } from '../credential-read/own-use.ts'
import { isSecret } from '../credential-read/secret-files.ts'
import { finding, shown } from '../detector.ts'
import { placeOf } from '../paths.ts'
import type { Invocation } from '../shell/model.ts'
import { isNear, rawHost } from './addresses.ts'
import { matterOf } from './matters.ts'

const NAME = 'upload'

const hasDomain = /^(?:rsync:\/\/)?(?:[^/@]*@)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}[:/]/i
/** `rsync -e 'ssh -i key'`: what follows is a program with its words, or a setting, and no file. */
const takesOrder = /^(-\w*[eo]|--rsh|--rsync-path)$/

/** Files copied to another machine by its shell or its rsync. */
export function copied({ name, args }: Invocation): readonly Finding[] {
  const words = args.filter((word, index) => {
    if (word.startsWith('-') || logsInWith({ name, args }, index)) return false
    return !takesOrder.test(args[index - 1] ?? '') || (name === 'rsync' && !/\s/.test(word))
  })
  const target = words.at(-1) ?? ''
  if (!/^[^/:]+:|^rsync:\/\//.test(target) || /^[A-Za-z]:[\\/]/.test(target)) return []
  const sources = words.slice(0, -1)
  const secret = sources.find(isSecret)
  if (secret !== undefined)
    return [finding(NAME, 'upload.secret', 'critical', `${name} sends ${shown(secret)} away`)]
  if (sources.some((word) => /^(root|system|home|personal)$/.test(placeOf(word))))
    return [finding(NAME, 'upload.system', 'high', `${name} copies what matters to ${shown(target)}`)]
  const isFar = !isNear(target) && /\.[a-z]{2,}:|\d:/i.test(target)
  const what = isFar ? sources.find((word) => matterOf(word) !== undefined) : undefined
  // Whoever answers for a module needs no key of this machine's owner, and what goes there is not even encrypted.
  const isModule =
    /^rsync:\/\/|^[\w.@-]+::/.test(target) && name === 'rsync' && !isNear(target) && hasDomain.test(target)
  const severity = rawHost.test(target) || what !== undefined || isModule ? 'medium' : 'info'
  return [
    finding(
      NAME,
      'upload.copy',
      severity,
      `${name} copies ${shown(what ?? words[0] ?? '')} to ${shown(target)}`,
    ),
  ]
}
