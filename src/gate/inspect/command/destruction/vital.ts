// Single files whose loss is like that of a folder: told by where they stand and what they are for.

/** Below these folders of /etc each file sets something for the whole machine; what is dropped into a folder `x.d` comes and goes. */
const settings =
  /^\/(?:private\/)?etc\/(?:(?:apt|default|security|ssl|ssh|pam\.d|systemd|network|sysconfig|lvm|selinux|ufw|dpkg|grub)\/)?[\w.+-]+$/
/** Made again by themselves, meant to be made anew, or kept beside the real one. */
const madeAgain =
  /\/(?:localtime|timezone|machine-id|mtab|adjtime|motd|issue(?:\.net)?|ssh_host_\w+|aliases\.db|\.pwd\.lock|ld\.so\.cache|resolv\.conf|hostname|hosts\.(?:deny|allow))$|(?:~|-|\.(?:bak|old|orig|save|tmp|swp|new|dpkg-\w+|rpm\w+|ucf-\w+|d|lock|pid|backup|\d+))$/

/** What every program is loaded with, and what the machine starts from. */
export function isLibrary(path: string): boolean {
  return /^\/boot\/(?:vmlinuz|initrd|initramfs|vmlinux|kernel|System\.map)|^\/(?:usr\/)?lib(?:32|64|x32)?\/(?:[\w-]+\/)?(?:ld-[\w.-]+|lib(?:c|m|dl|pthread|crypto|ssl|pam|nss_\w+|systemd\S*)[-.][\w.*-]*)$/.test(
    path,
  )
}

export function isSetting(path: string): boolean {
  return path.includes('etc/') && settings.test(path) && !madeAgain.test(path)
}

/** Keys to money and to what was encrypted: nobody hands out a second one. */
export function isKey(path: string): boolean {
  return /(?:^|\/)\.gnupg\/(?:secring|private-keys)|(?:^|\/)wallet\.dat$|(?:^|\/)keystore\/UTC--|(?:^|\/)\.ssh\/(?:id_[a-z0-9]+|authorized_keys2?|\*)$/.test(
    path,
  )
}

/** What knows of things elsewhere, and copies kept for the day they are needed. */
export function isRecord(path: string): boolean {
  return (
    /(?:^|\/|\*)[\w.*-]*\.tfstate(?:\.backup)?\*?$/.test(path) ||
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
