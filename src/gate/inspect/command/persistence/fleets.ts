// What an agent of many machines is told to set up there, in the words of its modules.
import type { Finding } from '../../../finding.ts'
import { finding, none } from '../detector.ts'
import type { Invocation } from '../shell/model.ts'

const made: Readonly<Record<string, readonly [words: RegExp, fact: string, what: string]>> = {
  cron: [/\bjob=/, 'persist.schedule', 'makes a scheduled job on many machines'],
  at: [/\bcommand=/, 'persist.schedule', 'runs something later on many machines'],
  authorized_key: [/\bkey=/, 'persist.key', 'lets a key log in to many machines'],
  user: [
    /\bgroups=\S*(sudo|wheel|admin|docker)|\bpassword=|\buid=0\b/,
    'persist.account',
    'makes an account on many machines, or gives it power',
  ],
  lineinfile: [
    /\b(path|dest)=\/etc\/(sudoers|passwd|shadow|crontab|cron\.d|pam\.d|ssh\/sshd_config|rc\.local|profile|ld\.so\.preload)/,
    'persist.privilege',
    'writes who may do what, or what is run, on many machines',
  ],
}

/** `ansible all -b -m cron -a 'job="…"'`: the module says what is made. */
export function fleets({ args }: Invocation): readonly Finding[] {
  const at = args.findIndex((arg) => /^(-m|--module-name)$/.test(arg))
  const module = (args[at + 1] ?? '').replace(/^.*\./, '')
  const said = args[args.findIndex((arg) => /^(-a|--args)$/.test(arg)) + 1] ?? ''
  const rule = at >= 0 && Object.hasOwn(made, module) ? made[module] : undefined
  return rule?.[0].test(said) && !/\bstate=absent\b/.test(said)
    ? [finding('persistence', rule[1], 'medium', `ansible ${rule[2]}`)]
    : none
}
