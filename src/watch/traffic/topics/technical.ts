import { words } from './words.ts'

export const shell = {
  ...words,
  dir: '/var/log|~/projects|/srv/www|/tmp|~/Downloads|/opt/app|/etc/nginx|/mnt/backup|~/photos|/data/raw|/usr/local/bin|./build|./src|/users/{user}|~/notes|/var/lib/{svc}',
  user: 'anna|deploy|build|www|ops|pi|backup|joris|mei|svc',
  svc: 'postgres|redis|nginx|docker|grafana|cron|sshd|rabbit|mysql|samba|jenkins',
  ext: 'log|csv|jpg|py|tar.gz|json|md|txt|mp4|bak|conf|xml|parquet|wav|tmp|svg',
  size: '{2..900} MB|{1..40} GB|{10..900} kB|zero bytes',
  act: 'find|list|count|delete|move|rename|compress|copy to {user}@{host}|checksum|make read-only|sort by size|print the paths of|diff|touch|archive',
  host: 'web{1..20}|db{1..6}|nas|bastion|build{1..9}|10.{0..255}.{0..255}.{2..250}|edge-{city}',
  files:
    '*.{ext} files under {dir}|every .{ext} bigger than {size}|files in {dir} older than {2..90} days|lines with "{token}" in {dir}/*.{ext}|empty folders below {dir}|symlinks in {dir}|duplicates in {dir}|files of {user} in {dir}',
  token: 'timeout|ERROR|{user}|refused|status={400..504}|password|deprecated|id={100..9999}|{svc}|OOM|retry',
  fail: 'permission denied|no space left on device|too many open files|connection refused on port {80..9999}|unit {svc} failed with {1..203}|command not found: {cmd}|broken pipe|argument list too long|stale file handle',
  cmd: 'rsync|awk|jq|sed|xargs|tmux|systemctl|ssh|git|curl|tar|docker|crontab|ffmpeg|find|dd|iptables|chmod|journalctl',
  task: '{act} {files}|{act} {files} but not {files}|{cmd} says "{fail}"|{cmd} on {host} hangs when I {act} {files}|restart {svc} every {2..50} minutes|watch {dir} and {act} new .{ext}|how big is {dir} per user|{cmd} flags to {act} {files}|port {80..9999} is taken on {host}|mount {dir} from {host}|which process holds {dir}/{svc}.{ext}|{svc} uses {size} of memory on {host}|one-liner: {act} {files}|show the {3..50} largest in {dir}',
  start:
    '{task}|how do I {act} {files}|{task}. {fail}|{ask} {act} {files} with {cmd}|{task} without {cmd}|{task}, then {act} {files}|{hello} {task}? on {os}|bash: {task}|{task} and mail {user} when done|explain this: {cmd} in {dir} gives "{fail}"|is it safe to {act} {files} while {svc} runs|{task} [[using {cmd}]] [[in parallel]]|{os}: {task}. {detail}',
  os: 'macOS|Debian 12|Alpine|Ubuntu|FreeBSD|WSL|Fedora|Arch|a Synology',
}

export const code = {
  ...words,
  lang: 'Python|TypeScript|Go|Rust|Java|C#|Kotlin|Ruby|C++|PHP|Swift|Elixir|SQL|Scala|R|Lua|Haskell',
  type: 'invoice|booking|sensor reading|user|order|playlist|ticket|route|recipe|shipment|exam|contact|pixel|message|tree node|matrix|session|price|sensor|parcel|match result',
  field:
    'created_at|total|email|lat|sku|weight|status|owner_id|score|tags|currency|retries|due|hash|title|rank|parent|ttl|zone',
  lib: 'pandas|React|Django|Spring|axum|FastAPI|numpy|Rails|Express|Flask|Svelte|PyTorch|Pydantic|Tokio|Hibernate|Vue|Jest|pytest|LINQ|gin|Qt|Angular',
  error:
    'TypeError: cannot read {field} of undefined|KeyError: {field}|borrow of moved value: {field}|NullPointerException in {Cls}|deadlock detected|index {3..90} out of range|CORS blocked|ECONNRESET|segfault|stack overflow|import cycle|duplicate key {field}|401 from the token endpoint|hydration mismatch|cannot infer type of {field}',
  Cls: '{Pre}{Suf}',
  Pre: 'Order|User|Cart|Route|Price|Auth|Report|Queue|Image|Tax|Ledger|Mail|Node|Cache|Seat|Menu',
  Suf: 'Service|Builder|Store|Parser|Mapper|Client|Worker|View|Factory|Repo|Guard|Handler',
  verb: 'parse|sort|group|validate|merge|cache|serialise|paginate|debounce|stream|diff|hash|index|throttle|normalise|encrypt|test|mock|retry|batch|deduplicate',
  job: '{verb} a list of {type}s by {field}|{verb} {type}s in {lang} with {lib}|convert this {lang} to {lang}: {snippet}|{Cls} throws {error}|why is {snippet} slow|{lib} {1..19}.{0..20} broke {Cls}|{want} {verb} {field} before saving a {type}|review: {snippet}|unit tests for {Cls} with {lib}|regex for {field} in a {type}|{verb} {20..900}k {type}s without running out of memory|{lang} equivalent of {lib}|upgrade {lib} from {1..9} to {10..20}|naming: {Cls} or {Cls}|schema for {type} with {field}, {field} and {field}|{error} after adding {lib}',
  snippet:
    '`{field} = {type2}.{field} or {0..99}`|`for {v} in {type2}s: {v}.{field} += {1..9}`|`if ({field} > {2..500}) return {type2}`|`SELECT {field}, count(*) FROM {type2}s GROUP BY {field}`|`const {v} = await load{Pre}({10..900})`|`{v} := make(map[string]int, {2..900})`|`def {fn}({v}): return {v}[{0..9}].{field}`|`{v}.filter(x => x.{field} !== {0..99}).map({fn})`|`let {v} = {v}.iter().sum::<f64>() / {2..90}.0`',
  type2: 'item|row|user|order|node|seat|page|job',
  v: 'a|xs|it|acc|buf|res|cur|tmp|left|total|entry|rows',
  fn: 'pick|toKey|fold|clean|score|norm|step|load|rank',
  start:
    '{job}|{job}. {error}|{ask} {verb} this: {snippet}. {detail}|{job}, {lang} only|{hello}, {job}. {trouble}|write a {lang} function to {job}|{job} and {job}|{snippet}\n{error}\n{asking}?|how would you test {job}|refactor:\n{snippet}\n{snippet}\n{detail}|{job}? {asking}|{lang}: {job}. edge cases: empty {field}, {20..900} {type}s|explain {snippet} [[to a beginner]]|{error}. code is {snippet} using {lib}',
}

export const data = {
  ...words,
  col: 'revenue|churn|age|region|visits|margin|rainfall|dose|rent|grade|delay|stock|salary|clicks|yield|distance|energy use|headcount|rating|basket size',
  set: 'the {city} sales sheet|a survey of {40..9000} people|{2..12} years of {col}|sensor data every {1..60} s|the {month} export|an A/B test with {200..90000} users|a panel of {3..60} schools|hospital admissions|ticket logs|bus arrivals in {city}',
  method:
    'a t-test|linear regression|a pivot table|k-means|a moving average|logistic regression|ANOVA|a bootstrap|a funnel|a box plot|a median split|ARIMA|a chi-square|a heat map|a window function|VLOOKUP|propensity scores',
  oddity:
    '{2..40} % missing {col}|{col} jumps in {month}|{col} is negative in {3..90} rows|two peaks in {col}|{col} and {col} correlate at 0.{10..98}|p = 0.0{10..99}|{col} doubles every {weekday}|outliers above {100..9000}|dates in three formats',
  work: '{method} on {set}|{set} shows {oddity}|{col} against {col} in {set}|forecast {col} for {month} from {set}|is {method} right for {set}|chart of {col} per {col}|{oddity}, {oddity}|join {set} to {set} on {col}|explain {oddity} to {kin}|formula for {col} minus {col} if {col} > {10..900}|which {col} drives {col}',
  start:
    '{work}. {asking}?|{hello}, {work}. {detail}|{work}; {oddity}. {asking}?|{ask} interpret: {oddity} in {set}|{work} with {method}, not {method}|{work}?|report on {set}: {oddity}, {oddity}. {detail}|spreadsheet: {work}|{want} run {method}. {set}. {oddity}|{work} and {work}. {trouble}|sample size for {method} on {col}, {detail}',
}

export const techSupport = {
  ...words,
  device:
    'laptop|phone|printer|tablet|smart TV|router|external drive|webcam|e-reader|watch|headset|projector|scanner|NAS|doorbell camera',
  app: 'the mail app|the calendar|the browser|the video call|the spreadsheet|photo sync|the password manager|the VPN|the bank app|the game|maps|the backup|the keyboard|notes',
  symptom:
    'freezes at {2..98} %|asks for a password again and again|shows code {100..9999}|is blank|lost {2..900} photos|drains the battery in {1..9} hours|won’t pair with my {device}|is in the wrong language|says storage full|disconnects every {2..30} minutes|prints only half a page|has no sound|opens by itself|runs the fan all day',
  matter:
    '{app} {symptom} on my {device}|my {device} {symptom}|since the update in {month} {app} {symptom}|{kin}’s {device} {symptom}|{want} move {app} from one {device} to another|{app} {symptom} but only at home|which {device} for {kin} under {money}|my {device} fell and now {symptom}|is this mail about {app} a scam',
  start:
    '{matter}. {asking}?|{hello}! {matter}. {trouble}|{matter}, {matter}. {detail}|{matter}|{ask} get {app} back, {matter}? {bye}|{matter}. I already restarted it {2..9} times|can I fix it without losing data: {matter}|{matter} — is it the {device} or {app}?|{matter}. model is {1..16}{ver}. {detail}|{matter} {when}, {asking}?',
  ver: ' Pro| Mini| Air|e|x| Plus|S',
}
