import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import type { Invocation } from '../shell/model.ts'

const NAME = 'destruction'

type Rule = (args: readonly string[], name: string) => readonly Finding[]

/** Virtual machines, what the machine starts from, and what it cannot work without. */
export function machineLoss({ name, args, isRepeated }: Invocation): readonly Finding[] {
  if (name === 'atrm')
    return isRepeated ? lost('destroy.schedule', 'deletes every job that a list names') : []
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  if (rule !== undefined) return rule(args, name)
  // Installers of whole clusters leave a script of this name behind.
  return name.endsWith('-uninstall.sh')
    ? lost('destroy.service', `${shown(name)} removes a system`)
    : unconcerned
}

const lost = (fact: string, summary: string, severity: Finding['severity'] = 'medium') => [
  finding(NAME, fact, severity, summary),
]
const has = (args: readonly string[], word: RegExp) => args.some((arg) => word.test(arg))

const goesForGood =
  /^(destroy|delete|remove|rm|undefine|unregistervm|closemedium|datastore\.rm|vol-delete|pool-delete|vm\.destroy)$/
const isAllOrForced = /^(-f|-[a-z]*p|--force|--purge|--all|--remove-all-storage|--delete|--no-confirm)$/

/** `virsh destroy` merely pulls the plug; its other verbs take the disk. */
const machine: Rule = (args, name) => {
  const isGone = has(args, name === 'virsh' ? /^(undefine|vol-delete|pool-delete)$/ : goesForGood)
  const isSnapshot = has(args, /^(snapshots?|snap|cloud)$/) && !has(args, isAllOrForced)

  const isKept = /^(?:unregistervm|closemedium)$/.test(args[0] ?? '') && !has(args, isAllOrForced)
  return !isKept && isGone && !isSnapshot
    ? lost('destroy.service', `${name} removes a virtual machine or its disk`)
    : []
}

/** Machines of one developer: made anew in a minute, unless all go at once and nobody is asked. */
const workMachine: Rule = (args, name) =>
  has(args, /^(delete|destroy)$/) && has(args, /^(-f|--force|--all|--purge)$/)
    ? lost('destroy.service', `${name} removes machines without asking`)
    : []

/** Groups whose members may put things right again. */
const keepers = /^(sudo|wheel|admin|root|docker|adm)$/
const unattended = (args: readonly string[], name: string): readonly Finding[] =>
  args[0] === 'uninstall' && has(args, /^(-s|--silent|-y|--skip-confirmation|--purge)$/)
    ? lost('destroy.service', `${name} takes a part of the cluster away`)
    : []
const power: Rule = (args, name) =>
  !args.includes('bmc') &&
  !args.includes('mc') &&
  has(args, /^(off|cycle|reset|soft|poweroff|hardreset|graceshutdown|racresetcfg|powerdown|powercycle)$/)
    ? lost('destroy.halt', `${name} takes the power from a machine`)
    : []

const rules: Readonly<Record<string, Rule>> = {
  lvresize: (args) =>
    has(args, /^(-\w*[fy]\w*|--force|--yes)$/) && !has(args, /^\+/)
      ? lost('destroy.storage', 'shrinks a volume without asking')
      : [],
  pvcreate: (args) =>
    has(args, /^(-ff|-f|--force)$/) ? lost('destroy.storage', 'takes a disk that is in use') : [],
  lvreduce: (args) =>
    has(args, /^(-\w*[fy]\w*|--force|--yes)$/)
      ? lost('destroy.storage', 'shrinks a volume without asking')
      : [],
  'make-bcache': (args) =>
    has(args, /^--wipe-bcache$/) ? lost('destroy.storage', 'wipes what a disk holds') : [],
  ipmitool: power,
  racadm: power,
  dmsetup: (args) =>
    has(args, /^(remove_all|wipe_table)$/) ? lost('destroy.storage', 'dmsetup takes every volume away') : [],
  drbdadm: (args) =>
    has(args, /^(wipe-md|create-md|invalidate)$/)
      ? lost('destroy.storage', 'drbdadm throws a replica away')
      : [],
  pw: (args) =>
    args[0] === 'userdel' && has(args, /^-r$/)
      ? lost('destroy.account', 'deletes an account and its files')
      : [],
  groupdel: (args) =>
    args.some((arg) => keepers.test(arg))
      ? lost('destroy.account', 'deletes the group of administrators')
      : [],
  gpasswd: (args) =>
    has(args, /^(-d|--delete)$/) && args.some((arg) => keepers.test(arg) && arg !== 'docker')
      ? lost('destroy.account', 'takes an administrator his rights')
      : [],
  chsh: (args) =>
    has(args, /\/(false|nologin|true)$/) && args.includes('root')
      ? lost('destroy.account', 'locks root out')
      : [],
  mount: (args) =>
    (args.includes('/') && has(args, /\bremount\b/) && has(args, /\bro\b/)) ||
    (has(args, /^(--bind|-B)$/) && args.some((arg) => arg === '/dev/null' || arg === '/dev/zero')) ||
    (args.includes('tmpfs') && has(args, /^\/(home|etc|usr|var|lib|bin|root)\/?$/))
      ? lost('destroy.system', 'puts nothing over what the machine needs')
      : [],
  realm: (args) =>
    args[0] === 'leave' ? lost('destroy.account', 'takes this machine out of its domain') : [],
  'samba-tool': (args) =>
    args[0] === 'domain' && args[1] === 'demote'
      ? lost('destroy.account', 'takes a controller out of its domain')
      : [],
  'lxc-destroy': () => lost('destroy.service', 'lxc-destroy removes a container'),
  machinectl: (args) => (args[0] === 'remove' ? lost('destroy.service', 'machinectl removes a machine') : []),
  vmrun: (args) =>
    args.includes('deleteVM') ? lost('destroy.service', 'vmrun removes a virtual machine') : [],
  pvesm: (args) =>
    /^(?:free|remove)$/.test(args[0] ?? '') && !has(args, /:(?:iso|vztmpl)\//)
      ? lost('destroy.service', 'pvesm removes a disk')
      : [],
  cilium: (args) =>
    args[0] === 'uninstall' ? lost('destroy.service', 'cilium takes a part of the cluster away') : [],
  flux: (args) => unattended(args, 'flux'),
  istioctl: (args) => unattended(args, 'istioctl'),
  umount: (args) =>
    args.includes('/') && has(args, /^-\w*[fl]/)
      ? lost('destroy.halt', 'takes the root file system away')
      : [],
  gpg: (args) => (has(args, /^--delete-secret/) ? lost('destroy.personal', 'deletes a secret key') : []),
  dconf: (args) =>
    args[0] === 'reset' && has(args, /^\/$/)
      ? lost('destroy.personal', 'deletes every setting of a person')
      : [],
  kill: (args) =>
    args.at(-1) === '1' && has(args, /^-(9|KILL|SIGKILL|s)$/) && args.length < 4
      ? lost('destroy.halt', 'kills what everything else hangs on', 'high')
      : [],
  virsh: machine,
  VBoxManage: machine,
  vboxmanage: machine,
  qm: machine,
  pct: machine,
  lxc: machine,
  incus: machine,
  govc: machine,
  prlctl: machine,
  xe: (args) =>
    has(args, /^(vm-destroy|vm-uninstall|vdi-destroy|sr-destroy)$/)
      ? lost('destroy.service', 'xe removes a virtual machine or its disk')
      : [],
  'Remove-VM': () => lost('destroy.service', 'Remove-VM removes a virtual machine'),
  vagrant: workMachine,
  multipass: workMachine,
  minikube: workMachine,
  kind: workMachine,
  k3d: workMachine,
  limactl: workMachine,
  colima: workMachine,
  'vim-cmd': (args) =>
    has(args, /^vmsvc\/(destroy|unregister|snapshot\.remove(all)?|power\.off)$/)
      ? lost('destroy.service', 'vim-cmd removes a virtual machine, its snapshots or its power')
      : [],
  esxcli: (args) =>
    args[0] === 'vm' && args.includes('kill')
      ? lost('destroy.service', 'esxcli kills a virtual machine')
      : has(args, /^(remove|delete|erase)$/) && has(args, /^(filesystem|vmfs|volume|snapshot|account)$/)
        ? lost('destroy.service', 'esxcli removes what machines are kept on')
        : [],
  'proxmox-backup-client': (args) =>
    has(args, /^(forget|prune)$/) && !has(args, /^--keep/) ? lost('destroy.service', 'deletes backups') : [],
  bcdedit: (args) =>
    has(args, /^(recoveryenabled|bootstatuspolicy|\/delete\w*)$/i)
      ? lost('destroy.boot', 'bcdedit switches recovery off', 'high')
      : [],
  kexec: (args) => (has(args, /^(-e|--exec)$/) ? lost('destroy.halt', 'starts another kernel at once') : []),
  kubeadm: (args) => (args[0] === 'reset' ? lost('destroy.service', 'takes this node apart') : []),
  passwd: (args) =>
    has(args, /^(-l|--lock|-d|--delete)$/) && args.includes('root')
      ? lost('destroy.account', 'locks root out or lets everybody in')
      : [],
  usermod: (args) =>
    has(args, /^(-L|--lock|-e|--expiredate|-s|--shell)$/) &&
    args.includes('root') &&
    !has(args, /\/(ba|z|fi|k)sh$/)
      ? lost('destroy.account', 'locks root out')
      : [],
  killall: (args) =>
    has(args, /^(-9|-KILL|-SIGKILL|-s)$/) &&
    ((has(args, /^(-u|-U|--user)$/) && args.includes('root')) ||
      has(args, /^(sshd|systemd|init|dbus-daemon|systemd-\w+)$/))
      ? lost('destroy.processes', 'kills every process of root, or what others hang on', 'high')
      : [],
  pkill: (args) =>
    has(args, /^-\w*f$/) && has(args, /^(\.|\.\*|\^|\$|)$/)
      ? lost('destroy.processes', 'kills every process', 'high')
      : has(args, /^(-9|-KILL|-SIGKILL)$/) && has(args, /^(-u|-U|--euid|--uid)$/) && args.includes('root')
        ? lost('destroy.processes', 'kills every process of root', 'high')
        : [],
  killall5: () => lost('destroy.processes', 'kills every process', 'high'),
}
