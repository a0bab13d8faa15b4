import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import { placeAt } from './start-places.ts'

/** Others may write: the last digit of a mode, or `o+w`, `a=rwx`. Bare `+w` leaves it to the mask. */
const forOthers = /^[0-7]{0,3}[2367]$|(^|,)[ug]*[oa][uoga]*[+=][rxXst]*w/
/** What decides who may come in or what runs as root; a start-up file of one person is left to that person. */
const decisive = /^persist\.(privilege|schedule|key|login|kernel|boot)$/
const ownOnly = /^\/etc\/(passwd|shadow|gshadow|group|sudoers)/

/** `chmod o+w /etc/cron.d/x`, `chown bob /etc/sudoers`: whoever may write there next needs no right of root (T1222). */
export function opened(name: 'chmod' | 'chown', args: readonly string[]): readonly Finding[] {
  const words = args.filter((arg) => !/^-[A-Za-z-]/.test(arg))
  const [change = '', ...paths] = words
  if (name === 'chmod' ? !forOthers.test(change) : /^(root|0)?(:|$)/.test(change)) return []
  const path = paths.find((each) => {
    if (name === 'chown') return ownOnly.test(each)
    const fact = each.startsWith('/') ? placeAt(each.endsWith('/') ? `${each}x` : each)?.[1] : undefined
    return fact !== undefined && decisive.test(fact)
  })
  return path === undefined
    ? []
    : [finding('persistence', 'persist.privilege', 'medium', `lets others write ${shown(path)}`)]
}
