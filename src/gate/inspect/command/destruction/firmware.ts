import type { Finding } from '../../../finding.ts'
import { finding } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import type { Invocation } from '../shell/model.ts'

const NAME = 'destruction'

type Loss = readonly [fact: string, what: string]
type Rule = (args: readonly string[], words: string, input: string) => Loss | undefined

/** What lies below any file system: firmware, flash memory, telephones, controllers of disks, and chips that keep keys. */
export function firmwareLoss({ name, args, input }: Invocation): readonly Finding[] {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  if (rule === undefined) return unconcerned
  const loss = args.length === 0 && input === undefined ? undefined : rule(args, args.join(' '), input ?? '')
  return loss === undefined ? [] : [finding(NAME, loss[0], 'medium', `${name} ${loss[1]}`)]
}

const flashed: Loss = ['destroy.boot', 'writes over what this device starts from']
const entry: Loss = ['destroy.boot', 'deletes what the machine starts from']
const arrays: Loss = ['destroy.storage', 'deletes a set of disks']
const keys: Loss = ['destroy.personal', 'deletes keys that exist nowhere else']
const device: Loss = ['destroy.storage', 'deletes what a device keeps']
const says =
  (pattern: RegExp, loss: Loss): Rule =>
  (_, words, input) =>
    pattern.test(words) || (input !== '' && pattern.test(input)) ? loss : undefined
const always =
  (loss: Loss): Rule =>
  (args) =>
    args.some((arg) => !arg.startsWith('-')) ? loss : undefined

/** Several makers sell the same controllers with the same words. */
const controller = says(
  /\bdel(?:ete)?\b(?!\s+jbod)|-Cfg(?:Clr|LdDel|ForeignClear)|\bclear config\b|\bset (?:factory )?defaults\b|\bresetconfig\b|\binitialize\b|\berase\b/i,
  arrays,
)
/** What an Android device keeps, by the words of its shell. */
const telephone = says(
  /--?wipe[_-]data|\bwipe (?:data|cache)?|MASTER_CLEAR|FACTORY_RESET|\bpm clear\b|\bpm uninstall\b.*\bcom\.(?:android|google)\.|\brm (?:-\w+ )+\/(?:sdcard|data|storage|system)(?:\/\*?)?(?: |$)|\bdd\b.*of=\/dev\/block\//,
  device,
)
const jtag = says(
  /\b(?:mass_)?erase\b|\berase_sector\b|--?erase(?:all|_?chip)?\b|-{1,2}recover\b|\bunlock force\b|mass-erase/i,
  flashed,
)

const rules: Readonly<Record<string, Rule>> = {
  flash_erase: always(flashed),
  flash_eraseall: always(flashed),
  flashcp: always(flashed),
  nandwrite: always(flashed),
  ubiformat: always(flashed),
  mtd: says(/\b(?:erase|write)\b/, flashed),
  flashrom: says(/(?:^| )(?:-w|-E|--write|--erase)/, flashed),
  avrdude: says(/(?:^| )-e(?: |$)/, flashed),
  openocd: jtag,
  'st-flash': jtag,
  nrfjprog: jtag,
  nrfutil: jtag,
  pyocd: jtag,
  'probe-rs': jtag,
  JLinkExe: jtag,
  STM32_Programmer_CLI: says(/(?:^| )(?:-e|--erase) all\b/, flashed),
  'dfu-util': says(/mass-erase/, flashed),
  mstflint: says(/(?:^| )(?:e|erase)\b/, flashed),
  sas2flash: says(/(?:^| )-e \d/, flashed),
  sas3flash: says(/(?:^| )-e \d/, flashed),
  fastboot: says(
    /^(?:-\w+ \S+ )*(?:erase|format\S*|-w|--wipe|oem unlock|flashing unlock|flash (?:boot|bootloader|system|vbmeta|userdata|recovery|super))\b/,
    device,
  ),
  adb: telephone,
  recovery: telephone,
  idevicerestore: says(/(?:^| )(?:-e|--erase)\b/, device),
  idevicebackup2: says(/\berase\b/, device),
  cfgutil: says(/\berase\b/, device),
  efibootmgr: says(/(?:^| )(?:-B|--delete-bootnum|-D|--remove-dups|-O|--delete-bootorder)(?: |$)/, entry),
  efivar: says(/(?:^| )(?:-d|--delete|-w|--write)\b/, entry),
  mokutil: says(/--reset\b/, entry),
  'update-initramfs': says(/(?:^| )-d\b.*\ball\b/, entry),
  'grub-editenv': says(/\bcreate\b/, entry),
  'grub2-editenv': says(/\bcreate\b/, entry),
  nvram: says(/(?:^| )-[cd](?: |$)/, ['destroy.boot', 'deletes what the firmware keeps']),
  bputil: says(/(?:^| )-(?:n|-full-security|-permissive-security|[gkca]+)\b/, [
    'destroy.boot',
    'changes what the machine may start',
  ]),
  storcli: controller,
  storcli64: controller,
  perccli: controller,
  perccli64: controller,
  megacli: controller,
  MegaCli: controller,
  MegaCli64: controller,
  arcconf: controller,
  ssacli: controller,
  hpssacli: controller,
  hpacucli: controller,
  mvcli: controller,
  tw_cli: controller,
  sg_format: says(/--?f(?:ormat)?\b/i, arrays),
  sg_sanitize: says(/--(?:overwrite|block|crypto|zero)\b|(?:^| )-[BCO]/, arrays),
  ilorest: says(/\bfactorydefaults\b|\bclearrestapistate\b|\bdrivesanitize\b/, device),
  ykman: says(/\breset\b(?!.*--reset-code)/, keys),
  'yubico-piv-tool': says(/\breset\b|\bdelete-(?:certificate|key)\b/, keys),
  'gpg-card': says(/factory-reset/, keys),
  'pkcs11-tool': says(/^(?!.*--type cert\b).*(?:^| )(?:-b|--delete-object|--init-token)\b/, keys),
  'pkcs15-init': says(/--erase-card|(?:^| )-E\b|--delete-objects/, keys),
  'softhsm2-util': says(/--delete-token/, keys),
  tpm2_clear: (args) => (args.includes('--help') ? undefined : keys),
  tpm_clear: (args) => (args.includes('--help') ? undefined : keys),
  keytool: says(/^-delete\b/, keys),
  certutil: says(/^-[DF] .*-n\b/, keys),
}

export const firmwareNames: readonly string[] = Object.keys(rules)
