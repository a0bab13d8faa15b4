// Single files whose loss is like that of a folder: told by where they stand and what they are for.

/** Below these folders of /etc each file sets something for the whole machine; what is dropped into a folder `x.d` comes and goes. */
const settings =
  /^\/(?:private\/)?etc\/(?:(?:apt|default|security|ssl|ssh|pam\.d|systemd|network|sysconfig|lvm|selinux|ufw|dpkg|grub)\/)?[\w.+-]+$/
/** Made again by themselves, meant to be made anew, or kept beside the real one. */
const madeAgain =
  /\/(?:localtime|timezone|machine-id|mtab|adjtime|motd|issue(?:\.net)?|ssh_host_\w+|aliases\.db|\.pwd\.lock|ld\.so\.cache|resolv\.conf|hostname|hosts\.(?:deny|allow))$|(?:~|-|\.(?:bak|old|orig|save|tmp|swp|new|dpkg-\w+|rpm\w+|ucf-\w+|d|lock|pid|backup|\d+))$/

/** What every program is loaded with, and what the machine starts from. */
export function isLibrary(path: string): boolean {
  return /^\/boot\/(?:grub2?\/grub\.cfg|loader\/entries\/|vmlinuz|initrd|initramfs|vmlinux|kernel|System\.map)|^\/(?:usr\/)?lib(?:32|64|x32)?\/(?:[\w-]+\/)?(?:ld-[\w.-]+|lib(?:c|m|dl|pthread|crypto|ssl|pam|nss_\w+|systemd\S*)[-.][\w.*-]*)$/.test(
    path,
  )
}

/** Folders that are one setting in many files. */
const settingsOf =
  /^\/etc\/(?:ssh|pam\.d|sudoers\.d|netplan|network|NetworkManager|systemd\/(?:system|network)|security|lvm|ssl|pki)\/(?:[\w.-]+\/)?[\w.-]*\*[\w.*-]*$/

export function isSetting(path: string): boolean {
  return path.includes('etc/') && (settingsOf.test(path) || (settings.test(path) && !madeAgain.test(path)))
}

/** Where Linux on Windows and its like put the drives: `/mnt/c/Users` is `C:\\Users`. */
export const ofWindows = (path: string) => path.replace(/^\/(?:mnt|cygdrive)\/([a-z])(?=\/|$)/, '$1:')

/** Keys to money and to what was encrypted: nobody hands out a second one. */
export function isKey(path: string): boolean {
  return /(?:^|\/)(?:Library\/Keychains|\.local\/share\/keyrings|\.password-store|\.electrum|\.bitcoin|\.ethereum)(?:\/|$)|(?:^|\/)\.gnupg\/(?:secring|private-keys)|(?:^|\/)wallet\.dat$|(?:^|\/)keystore\/UTC--|(?:^|\/)\.ssh\/(?:id_[a-z0-9*]+|authorized_keys2?|\*)$/.test(
    path,
  )
}

/** What folders are called that hold what was made by people or by a service in use, at the end of a path from the top. */
const keptThings =
  /^\/(?:mnt|media|srv|opt|data|var|home|Volumes|export|nas|storage)\/(?:[\w.-]+\/)*(?:photos?|pictures|movies|videos|music|documents|users|homes|uploads?|mail(?:dir|boxes)?|databases?|db|pgdata|mysql|postgres(?:ql)?|mongo(?:db)?|elasticsearch|redis|volumes|repos(?:itories)?|wal|archive|shares?|data)\/?\**$/i

/** What knows of things elsewhere, and copies kept for the day they are needed. */
export function isRecord(path: string): boolean {
  return (
    /(?:^|\/|\*)[\w.*-]*\.tfstate(?:\.backup)?\*?$/.test(path) ||
    /^~\/\.local\/share\/?$|\.local\/share\/Trash(?:\/|$)|^~?\/\.Trash(?:\/|$)/.test(path) ||
    (/^\/(?!tmp\/|var\/tmp\/)/.test(path) && keptThings.test(path)) ||
    (/^(?:\/|~)/.test(path) &&
      /\/(?:backups?|snapshots?|db[-_]?backups?)(?:\/(?:[\w.-]*\*.*|[\w-]+)?)?$/i.test(path))
  )
}

/** Objects and names of a repository; locks and half-done merges are taken out every day. */
export function isHistory(path: string): boolean {
  return /(?:^|\/|\w)\.git\/(?:objects|refs|logs|packed-refs|HEAD|index|config)(?:\/|$)/.test(path)
}

/** What a person wrote, drew or keeps, one file of it: no build makes it anew. What was fetched can be fetched again. */
export function isPersonalFile(path: string): boolean {
  return /^(?:~|\$\{?HOME\}?|\/home\/[\w.-]+|\/Users\/[\w.-]+)\/(?:Documents|Desktop|Pictures|Photos|Music|Videos|Movies)\/[^*]*[^*/]$/.test(
    path,
  )
}
