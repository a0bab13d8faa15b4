// Programs nobody lists that say in words what they do: give this file to somebody.
import type { Finding } from '../../../finding.ts'
import { finding, nameIs, none, shown } from '../detector.ts'
import { looksByName, unconcerned, wordMark } from '../dispatch.ts'
import { sourcesOf, upstreamOf } from '../shell/lineage.ts'
import type { Invocation, Reading } from '../shell/model.ts'
import { collectors } from './carriers.ts'
import { matterOf } from './matters.ts'

const NAME = 'upload'

/** Clients of messengers, of queues that others read, and of services that ring somebody's telephone. */
const messengers = nameIs(
  /^((?:slack|telegram|discord|mattermost|rocketchat|whatsapp|pushbullet|kdeconnect)\w*|tg|matrix|signal|sendxmpp|xmpp|teams|wechat|pushover|gotify|ntfy|apprise|mailsend|kcat|kafkacat|kafka-console-producer|nats|amqp-publish|mosquitto_pub|obexftp|obexput|bluetooth-sendto|ussp-push|warp|warpinator|localsend|snapdrop|sendanywhere|filebin|pb|pbin)([-_.]\w+)*$/i,
)
/** Handled by rules of their own, or their word means a place on this machine. */
const spokenFor = nameIs(
  /^(git|docker|podman|nerdctl|npm|pnpm|yarn|cargo|twine|curl|wget|aws|s3cmd|s5cmd|gsutil|gcloud|az|azcopy|rclone|mc|b2|oci|gh|glab|adb|cp|mv|tar|zip|7z|rsync|scp|sftp|ssh|mail|mailx|mutt|sendmail|kubectl|oc|helm|find|[efz]?grep|rg|sed|g?awk|cat|echo|printf|ls|rm|mkdir|touch|test|\[|\[\[|tmux|screen|make|python[\d.]*|node|ruby|perl|php|java|go|(ba|da|z|k|fi)?sh|pwsh|powershell|export|set|for|sort|head|tail|less|vim?|nano|code|open|xdg-open|sudo|docker-compose|psql|mysql|mariadb|sqlite3|redis-cli|mongo\w*|http|https|xh|ansible\S*|terraform|systemctl|service|apt|apt-get|brew|snap|flatpak|pip3?|osascript|lp|lpr|xargs|env|stat|file|chmod|chown|ln|install|dd|split|gpg2?|openssl|crontab|at|vault|consul|etcdctl|mlr|b4|dolt|dvc)$/,
)
const gives =
  /^-{0,2}(send|share|upload|publish|transmit|beam|send-?file|upload-?file|share-?file)$|^--(attach\w*|post|put)$/
/** Further on these are the language of another program. */
const givesFirst = /^(put|push|post|give)$/

const givingWord = wordMark((word) => gives.test(word) || givesFirst.test(word))

const aPath = /^[~/.\w-]*[./][\w. ~/-]+$/
const WORDS_MAX = 4

/** `w3 put customers.csv`, `telegram-send --file /etc/passwd`: a client, a word of giving, and what is not for everybody. */
export const givers = looksByName(givesIn)

function givesIn(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args, marks } = invocation
  const isMessenger = messengers(name)
  if (!isMessenger && spokenFor(name)) return unconcerned
  if (args.length === 0 || (!isMessenger && (marks & givingWord) === 0)) return none
  const at = isMessenger
    ? -1
    : args.findIndex(
        (arg, index) => (index < WORDS_MAX && gives.test(arg)) || (index === 0 && givesFirst.test(arg)),
      )
  if (!isMessenger && at < 0) return none
  const { stdin } = invocation.streams
  const words = stdin.kind === 'file' ? [stdin.path, ...args.slice(at + 1)] : args.slice(at + 1)
  const what =
    words
      .map((arg) => arg.replace(/^-{1,2}[\w-]+=/, ''))
      .find((arg) => aPath.test(arg) && !arg.startsWith('/dev/') && matterOf(arg) !== undefined) ??
    (isMessenger ? gatherer(invocation, reading)?.name : undefined)
  return what === undefined
    ? none
    : [finding(NAME, 'upload.file', 'medium', `${shown(name)} gives ${shown(what)} to somebody elsewhere`)]
}

function gatherer(invocation: Invocation, reading: Reading): Invocation | undefined {
  const sources = [
    ...upstreamOf(invocation, reading),
    ...invocation.args.flatMap((arg) => sourcesOf(arg, reading)),
  ]
  return sources.find(
    (each) =>
      (collectors.test(each.name) && !/^(whoami|find|w|last)$/.test(each.name)) ||
      (/^(cat|base64|head|tail|strings)$/.test(each.name) &&
        each.args.some((arg) => matterOf(arg) !== undefined)),
  )
}
