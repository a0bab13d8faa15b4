import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import { placeOf } from '../paths.ts'
import type { Invocation } from '../shell/model.ts'
import { hasFlag, plain } from './files.ts'

const NAME = 'destruction'

/** Rights and owners of what should stay usable, and stay closed. */
export function rightsLoss(invocation: Invocation): readonly Finding[] {
  return /^(?:chmod|chown|chgrp|setfacl|chattr)$/.test(invocation.name) ? locked(invocation) : unconcerned
}

const handedOver = /^\/(var\/www|data)\/?\**$/

const takesAway = /^(0{1,4}|[augo]*-(?:\w*x\w*|rw)|a-rwx|[augo]*=)$/
const vitalProgram =
  /^\/(?:usr\/)?s?bin\/(?:chmod|chown|sh|bash|dash|sudo|su|login|ls|cp|mv|rm|mount|init|systemd|systemctl|passwd|env|ld\S*)$/

function locked({ name, args }: Invocation): readonly Finding[] {
  const isRecursive = hasFlag(args, /R/, '--recursive')
  const words = plain(args)
  // A right taken away looks like an option.
  const taken = name === 'chmod' ? args.find((arg) => /^-[rwx]+$/.test(arg)) : undefined
  const mode = taken ?? words[0] ?? ''
  const isLike = taken !== undefined || args.some((arg) => arg.startsWith('--reference'))
  const targets = name === 'setfacl' || isLike ? words : words.slice(1)
  const isOpen =
    name === 'chmod' && /^([0-7]?[0-7]?77[67]|[0-7]?000|a[+=]rwx|ugo[+=]rwx|\+rwx|[ao]\+w\w*|-R)$/.test(mode)
  return targets.flatMap((path) => {
    const place = placeOf(path)
    if (isRecursive && /^0{1,4}$/.test(mode) && (place === 'personal' || place === 'outside'))
      return [finding(NAME, 'destroy.permissions', 'medium', `takes every right under ${shown(path)} away`)]
    if (
      isRecursive &&
      (place === 'root' || place === 'system' || place === 'home') &&
      (name !== 'chmod' || isOpen || place === 'root')
    ) {
      // Handing a home to its owner is everyday work; taking the system apart is not.
      const isOwnership = name !== 'chmod'
      if (isOwnership && place === 'home') return []
      // Homebrew asks for it, and says so.
      if (isOwnership && path.startsWith('/usr/local')) return []
      // And what a web server or a database keeps its data in is handed to it.
      // What only lasts until the next start is handed to who runs a service there.
      if (isOwnership && /^(?:\/var)?\/run\/?$/.test(path)) return []
      if (isOwnership && handedOver.test(path) && !/^root\b/.test(words[0] ?? '')) return []
      if (isOwnership && path.split('/').length > 2)
        return [
          finding(NAME, 'destroy.ownership', 'medium', `changes who owns everything under ${shown(path)}`),
        ]
      return [
        finding(NAME, 'destroy.permissions', 'critical', `changes every permission under ${shown(path)}`),
      ]
    }
    if (takesAway.test(mode) && name === 'chmod' && (vitalProgram.test(path) || place === 'system'))
      return [finding(NAME, 'destroy.permissions', 'high', `takes the right to use ${shown(path)} away`)]
    if (isOpen && place === 'system' && /passwd|shadow|sudoers/.test(path))
      return [finding(NAME, 'destroy.permissions', 'critical', `opens ${shown(path)} to everyone`)]
    return []
  })
}
