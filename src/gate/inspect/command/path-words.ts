// Which words of a command are files that something is done with, for programs nobody has listed.
import { nameIs } from './detector.ts'
import type { Invocation } from './shell/model.ts'

/** Programs that take a file's name and leave what is in it alone, or use a key for what keys are for. */
const leavers = new Set(
  'ls ll exa eza stat file test [ [[ chmod chown chgrp rm shred touch mkdir rmdir echo printf ssh ssh-add ssh-keygen ssh-agent autossh mosh sshfs sshpass keychain git docker docker-compose podman buildah nerdctl kubectl oc helm terraform tofu ansible ansible-playbook ansible-vault vagrant packer eksctl kops find du df tree realpath readlink dirname basename setfacl getfacl chattr lsattr lsof fuser which whereis alias export declare local unset man info cd pushd inotifywait useradd usermod vipw vigr pwconv pwunconv grpconv visudo passwd systemctl service mount umount mountpoint restorecon chcon semanage certbot age rage sops gpgconf gpg-agent pinentry fwknop wg wg-quick openvpn nmcli bw op rclone restic borg htpasswd code idea open xdg-open trash gio true false : rem sha256sum sha1sum sha512sum md5sum cksum b2sum kubeseal icacls zstyle'.split(
    ' ',
  ),
)
/** A path as code writes it: between quotes, brackets, or behind a sign that hands it on. */
const handedOn = /["'`(<>{=@,:]((?:~|\/)[\w.*~-]*(?:\/[\w.* ~-]+)+)(?=["'`)>},;:]|$)/g
/** Perl writes the direction before the path: `open F, ">>/etc/crontab"`. */
const literal = /["'`](?:\+?>>?\s*)?((?:~|\/|\.(?=[a-z/]))[\w.~-]*(?:\/[\w.* ~-]+)+)["'`]/g
const PATHS_MAX = 200

/** The word itself, and the paths inside it. */
export function pathsIn(word: string): readonly string[] {
  const inside = between(word, handedOn)
  return inside.length === 0 ? [word] : [word, ...inside]
}

/** Literals of a program in another language that are nothing but a path. */
export function pathLiterals(code: string): readonly string[] {
  return between(code, literal)
}

/** Whether the files that an invocation names stay unread and unwritten, its sub-commands considered. */
export function leavesFilesAlone({ name, args }: Invocation): boolean {
  if (name === 'git') return args[0] !== 'diff'
  if (isEngine(name)) return args[0] !== 'cp'
  if (name === 'security')
    return /^(un)?lock-keychain$|^(list|create|default)-keychains?$/.test(args[0] ?? '')
  if (name === 'find') return !args.some((arg) => /^-(exec|execdir|ok|okdir)$/.test(arg))
  return leavers.has(name)
}

const isEngine = nameIs(/^(docker|podman|kubectl|oc)$/)
const none: readonly string[] = []

function between(text: string, pattern: RegExp): readonly string[] {
  // Most words are no path, and this runs over every word of every command.
  if (!text.includes('/') || !/["'`(<>{=@,:]/.test(text)) return none
  const found: string[] = []
  for (const match of text.matchAll(pattern)) {
    found.push(match[1] ?? '')
    if (found.length >= PATHS_MAX) break
  }
  return found
}
