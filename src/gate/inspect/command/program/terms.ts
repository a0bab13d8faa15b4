import { marks } from '../shell-marks.ts'
import type { Skeleton } from './skeleton.ts'

// The words of many languages for a few abilities. They are looked for in code only, never in strings, and an
// ability alone is no finding: detectors combine them.

/** Opens a raw connection. Web clients are not here: programs fetch pages all day. */
export const connectsSurely =
  /\b(create_connection|open_connection|p?fsockopen|stream_socket_client|socket_connect|TCPSocket|UDPSocket|TcpStream|TCPClient|TcpClient|UdpClient|Net\.Sockets|IO::Socket|socketConnection|make\.socket|gen_tcp[:.]connect|Deno\.connect(?:Tls)?|connectTo|SocketChannel|net\.Dial\w*|tls\.Dial|dial_tcp|Socket\.tcp|Socket\.connect|net\.connect|tls\.connect|createConnection|WSASocket\w?|WSAConnect|sockaddr_in|telnetlib|rawConnect|socket\.connect|openSocketStream|newSocket|make-network-process|open-network-stream|usocket:socket-connect|SSHClient|ClientWebSocket|WebSocketApp|websocket\.create_connection|IO::Socket::\w+|asyncio\.open_connection|sockconnect|dgram\.createSocket|ADDR_INET|Unix\.open_connection|Network\.(?:Simple\.TCP|Socket)|tcp-connect|tcp_connect|SocketConnect|tcpConnectTo\w+|TcpSocket|net\/connect|Bun\.connect|NWConnection|connectTCP|NamedPipeClientStream|CFStreamCreatePairWithSocketToHost|multiprocessing\.connection|ch_open|new_tcp|socket-connect|NetworkInformation\.Ping|Net::Telnet|Net::SSH\w*|asio)\b|\bnew\s+(java\.net\.)?Socket\s*\(|\bjava\.net\.Socket\b/

export const listensSurely =
  /\b(TCPServer|ServerSocket|TcpListener|TCPListener|stream_socket_server|socket_create_listen|net\.Listen|create_server|start_server|createServer|gen_tcp[:.]listen|tcp_server_loop|UNIXServer|Deno\.listen|Bun\.(?:listen|serve)|listenTCP|NamedPipeServerStream|tcp-listen|tcp_listen|SocketListen|net\/server|SimpleXMLRPCServer|LocalPort|Socket::INET.*Listen)\b/

/** Starts a program. */
export const runs =
  /\b(subprocess|Popen|popen[234]?|popen|pty\s*\.\s*spawn|execSync|execFile|execFileSync|spawnSync|child_process|shell_exec|passthru|proc_open|pcntl_exec|ProcessBuilder|getRuntime|exec\.Command|os\.execute|io\.popen|os\s*\.\s*(system|exec\w+|spawn\w+|posix_spawn)|exec(ve|vp|vpe|l|lp|le)|posix_spawn|CreateProcess\w?|Process\.(new|run|Start|start|spawn)|Start-Process|Invoke-Expression|iex|IEX|Open3|open[23]|PTY\.spawn|Command::new|createProcess|callCommand|readProcess|readCreateProcess\w*|open_port|os:cmd|:os\.cmd|create_subprocess_(?:shell|exec)|sys\.process\._|spawnProcess|Bun\.spawn(?:Sync)?|Diagnostics\.Process|forkpty|System\.cmd|Deno\.(?:Command|run)|do shell script|start_process|execProcess|execCmd\w*|Port\.open|shell-command(?:-to-string)?|call-process|start-process|run-program|launchPath|executableURL|StartInfo|execute\(\)|syscall\.(?:Exec|ForkExec)|Unix\.(?:exec\w+|create_process\w*|open_process\w*)|process_create|Sys\.command|pexpect\.spawn|babashka\.process|p\/(?:shell|process)|os\.proc|create_process|subprocess\*?|RunProcess|executeShell|spawnShell|pipeShell|std\.process\.\w+|os\/(?:execute|spawn|shell)|posix\.execve\w*|code\.interact|Interactive(?:Interpreter|Console)|System\.shell|jobstart|termopen|fn\.system|consumeProcessOutput|sh\/sh|ffi\.cdef|cmd(?:\.exe)? \/c|wsh\.run|clojure\.java\.shell|with-input-from-pipe|open-(?:input|output)-pipe|WScript\.Shell|startProcess|ChildProcess|create_process)\b|\.execute\(\)|:os\.cmd\b|\bBun\.\$|Pdb\s*\(\s*stdin/

export const receives =
  /\b(recv\w*|[rR]eceive\w*|gets|fgets|fread|stream_get_\w+|socket_read|getline|get_line|input_line|dataReceived|onmessage|each_?[lL]ine|ReadLine|ReadToEnd|Read|read\w*|getInputStream|BufferedReader|InputStreamReader|set-process-filter|on\s*\(|recvLine|ch_sendraw|ch_read\w*)\b|<>|<\$|<(?!STDIN)[A-Z]\w*>|:filter\b|\.on\s*\(|\.get\s*->|while\s*\(\s*<|\.(?:text|json)\(\)/

/** Ties a program's streams to something. */
export const wires =
  /\binput\s*:|\b(dup2?|fdopen|fileno|makefile|STDIN|StandardInput|RedirectStandard\w+|hStdInput|Stdin|stdin|getOutputStream|GetStream|pipe|into_raw_fd|from_raw_fd|set_handle|fd_io|reopen)\b|:in\s*,|=>\s*\w*[sS]ock/

export const shellName =
  /^(?:\/(?:usr\/)?(?:local\/)?bin\/)?(?:ba|da|z|k|a|c|tc|fi)?sh(?:\s|$)|^(?:\/\S*\/)?(?:env|busybox)\s+\w*sh\b|^(?:[A-Za-z]:\\\S*\\)?(?:cmd|powershell|pwsh)(?:\.exe)?(?:\s|$)/i

export const evaluates =
  /\b(eval|exec|execfile|assert|create_function|loadstring|load|runInThisContext|runInNewContext|Function|instance_eval|class_eval|module_eval|Invoke-Expression|iex|compile|preg_replace|ScriptBlock|marshal\.loads|pickle\.loads|source|include|require_once|DoString)\b/i

export const decodes =
  /\b(b64decode|b32decode|b16decode|a85decode|base64_decode|decodebytes|decodestring|FromBase64String|atob|decode64|strict_decode64|unhexlify|fromhex|hex2bin|gzinflate|gzuncompress|str_rot13|zlib\.decompress|decompress|unpack|decode_base64|Buffer\.from|fromCharCode|from_base64|b64dec|pack|decodeBase64|implode|chr|hex|iconv)\b|\[char\]|\bint\(\w+,\s*16\)/

export const downloads =
  /\b(urlopen|urlretrieve|urllib2?|requests\.get|httpx\.get|DownloadString|DownloadFile|DownloadData|Invoke-WebRequest|iwr|Invoke-RestMethod|irm|curl_exec|LWP::\w+|HTTP::Tiny|Net::HTTP|open-uri|https?\.get|fetch|http\.Get|getURL|download\.file|WebClient|HttpClient|Start-BitsTransfer)\b/i

export const uploads =
  /\b(requests\.(post|put)|httpx\.(post|put)|UploadFile|UploadString|UploadData|urlopen\([^)]*data|http\.client|Net::HTTP::(Post|Put)|Net::HTTP\.post|axios\.(post|put)|http\.Post|storbinary|smtplib|sendmail|put_object|createReadStream|upload_file|upload_fileobj|CURLOPT_(?:POSTFIELDS|UPLOAD|INFILE)|CURLFile|stream_context_create|HTTPS?Connection|http\.Post(?:Form)?|http\.NewRequest)\b/

/** Where a web request's own words come from. */
export const requestInput =
  /\$_(GET|POST|REQUEST|COOKIE|SERVER)\b|\brequest\.(args|form|values|json|data|query|getParameter|params)\b|\breq\.(query|body|params)\b|\$HTTP_|\bself\.(?:path|rfile)\b|\brfile\.read|\breq(?:uest)?\.url\b|\b\w+\.url\.(?:slice|split|substr)/

/** PHP runs what stands between backticks. */
export const requestRun = /`[^`]*\$_(GET|POST|REQUEST|COOKIE|SERVER)\b/

export const environment =
  /\bdict\s*\(\s*os\.environ|\bprint\s*\(\s*(dict\()?os\.environ\b(?!\s*[[.])|JSON\.stringify\s*\(\s*process\.env\s*[,)]|\bconsole\.log\s*\(\s*process\.env\s*\)|\bENV\.(to_h|inspect|each)|json\.dumps\s*\(\s*(dict\()?os\.environ|\bos\.Environ\(\)|getenv\(\)\s*\)|os\.environ\.(items|copy)\(/

const lifted = /"§(\d+)"/g

const runCall =
  /(?:\b(?:system|popen[234]?|getoutput|getstatusoutput|check_output|check_call|call|run|Popen|exec|execSync|execFile|execFileSync|spawn|spawnSync|shell_exec|passthru|proc_open|pcntl_exec|execute|execvp?e?|execlp?e?|execve|Command|Exec|cmd|capture[23]e?|callCommand|callProcess|start|Start-Process|iex|IEX|Invoke-Expression|rm_rf|Run|ShellExecute)|\bdo shell script|\.new)\s*[({]?\s*(?:[A-Z]\w{0,20}\s*\(\s*)?\[?\s*("§\d+"(?:\s*,?\s*\[?\s*"§\d+")*)/g

/** `"text".execute()` and `["sh", "-c", "text"].execute()`. */
const executed = /("§\d+"(?:\s*,\s*"§\d+")*)\s*[\])]?\s*\.(?:execute\s*\(|!)/g

/** Strings handed to what runs programs; a list of words is one command line. */
export function runTexts({ code, strings }: Skeleton): string[] {
  const said = (call: RegExpExecArray) =>
    [...(call[1] ?? '').matchAll(lifted)].map((match) => strings[Number(match[1])] ?? '').join(' ')
  const texts = [...code.matchAll(runCall)].map(said)
  if (/\.execute|\.!/.test(code)) for (const call of code.matchAll(executed)) texts.push(said(call))
  if (strings.some((text) => /^(?:-\||\|-)$/.test(text)))
    for (const call of code.matchAll(pipedOpen)) texts.push(said(call))
  return texts
}

/** `open(F, "-|", "sh", "-c", "text")` of Perl. */
const pipedOpen = /\bopen\s*\(?[^;,"]{1,40},\s*"§\d+"\s*,\s*("§\d+"(?:\s*,\s*"§\d+")*)/g

const called =
  /((?:exec|system|run|spawn|shell|popen|command|start|job|term|call|proc|Popen|cmd)[\w*-]{0,24}|\[\s*(?:"§\d+"|\d+)\s*\])["'\])]{0,4}[\s([{]{0,8}(?:(?:arrayOf|listOf|List\.of|Array|Seq|String\[\])\s*[({]\s*)?((?:"§\d+"|\bnil\b|\bNone\b|\bnull\b)(?:[\s,\])({&]*(?:"§\d+"|\bnil\b|\.args?\b|vec!|arrayOf))*)/gi
const CALLS_MAX = 40

/** Texts given to a call whose name says that it runs something, whatever language and library it is of. */
export function calledTexts({ code, strings }: Skeleton): string[] {
  if (!strings.some((text) => marks.test(text) || connecting.test(text))) return []
  const texts: string[] = []
  let calls = 0
  for (const match of code.matchAll(called)) {
    if (++calls > CALLS_MAX) break
    const said = [...(match[2] ?? '').matchAll(lifted)].map((each) => strings[Number(each[1])] ?? '')
    const joined = said.join(' ')
    for (const text of [joined, ...said]) if (marks.test(text)) texts.push(text)
  }
  return texts
}

const connecting = /^(?:\/\S*\/)?(?:nc|ncat|netcat|socat)(?:\s|$)/

const deletion =
  /\b(?:rmtree|removedirs|remove_tree|rm_rf|rm_r|remove_entry_secure|remove_dir_all|deleteDirectory|RemoveAll|delete_tree|remove_dir|emptyDirSync|rimraf(?:\.sync|Sync)?|rmdirSync|rmSync|deleteRecursively|deleteDir|unlinkRecursive|removeSync|unlink glob)\s*\(?\s*("§\d+"|\$?\w+(?=\s*[,)]))|\b(?:Remove-Item|ri|rd|del)\b[^;|\n]*?-Recurse[^;|\n]*?("§\d+"|[^\s;|"]+)\s*(?:-|;|$)/g
/** One file at a time. */
const removalCall =
  /\b(?:os\.remove|os\.unlink|unlinkSync|fs\.unlink|fs\.rm|File\.(?:delete|unlink)|FileUtils\.rm(?:_f)?|Files\.delete(?:IfExists)?|unlink|remove_file|Deno\.remove(?:Sync)?)\s*\(?\s*("§\d+"|\$?\w+(?=\s*[,)]))/g
const readingCall =
  /\b(?:open|readFileSync|readFile|file_get_contents|readfile|read_text|File\.read|IO\.read|File\.open|ReadFile|readlines|Get-Content|gc|cat|slurp|fopen|file|Path)\s*\(?\s*(?:[$\w]+(?:\s+[$\w]+)?\s*,\s*)?("§\d+")(?:\s*,\s*(?:mode\s*=\s*)?("§\d+"))?/g

/** Calls with a plain shell equivalent, so that one set of detectors reads both. */
export function equalTexts({ code, strings }: Skeleton): string[] {
  const texts: string[] = []
  const names = namedStrings(code)
  const value = (token: string | undefined) => {
    const index = /§(\d+)/.exec(token ?? '') ?? names.get(token ?? '')
    return index ? strings[Number(index[1])] : /^\$?[A-Za-z_]\w*$/.test(token ?? '') ? undefined : token
  }
  for (const match of code.matchAll(deletion)) {
    const path = value(match[1] ?? match[2])
    if (path !== undefined) texts.push(`rm -rf ${quoted(path)}`)
  }
  texts.push(...worded({ code, strings }, value))
  for (const match of code.matchAll(removalCall)) {
    const path = value(match[1])
    if (path !== undefined) texts.push(`rm ${quoted(path)}`)
  }
  if (code.includes('Path') && /\.(?:unlink|rmdir)\s*\(/.test(code))
    for (const match of code.matchAll(/\bPath\s*\(\s*("§\d+"|\w+)\s*\)/g)) {
      const path = value(match[1])
      if (path !== undefined) texts.push(`rm ${quoted(path)}`)
    }
  for (const match of code.matchAll(readingCall)) {
    // Perl may name the way of opening first.
    const first = value(match[1]) ?? ''
    if (/^\s*<\s*\S/.test(first)) {
      texts.push(`cat ${quoted(first.replace(/^\s*<\s*/, ''))}`)
      continue
    }
    const isModeFirst = /^\+?[<>]{1,2}(:.*)?$/.test(first)
    if (isModeFirst && !first.startsWith('<')) continue
    const path = isModeFirst ? value(match[2]) : value(match[1])
    if (isModeFirst && path !== undefined) {
      texts.push(`cat ${quoted(path)}`)
      continue
    }
    // Opened to be written is not read.
    const mode = match[2] === undefined ? 'r' : value(match[2])
    if (mode !== undefined && !/^[r<]/.test(mode)) continue
    if (path !== undefined && /[/\\.~]/.test(path) && !/^https?:/.test(path))
      texts.push(`cat ${quoted(path)}`)
  }
  return texts
}

/** Strings by the name they were given: `path = "/etc/x"`. */
function namedStrings(code: string): ReadonlyMap<string, RegExpExecArray> {
  const names = new Map<string, RegExpExecArray>()
  if (!code.includes('=')) return names
  for (const match of code.matchAll(/(\$?[A-Za-z_]\w*)\s*:?=\s*"(§\d+)"/g)) {
    const index = /§(\d+)/.exec(match[2] ?? '')
    if (index !== null) names.set(match[1] ?? '', index)
  }
  return names
}

/** Stores and tables emptied by calls of a client: all that a bucket, a group or a list holds. */
const emptiedCall =
  /\.(?:all|filter|objects|iterator)\s*\(\s*\)\s*\.delete\s*\(\s*\)|\.(?:delete_bucket|delete_table|delete_db_instance|delete_cluster|terminate_instances|delete_stack|drop_database|drop_collection|drop_all|dropDatabase|flushall|flushdb|delete_many\s*\(\s*\{\s*\}|deleteMany\s*\(\s*\{\s*\})\s*\(?/

const homes =
  /\b(?:rmtree|rm_rf|rm_r|rmSync|rmdirSync|removeSync|rimraf|emptyDirSync|remove_dir(?:_all)?|remove_entry|RemoveAll)\s*\(?\s*(?:\w+\.)*(?:(?:process\.)?env\.HOME\b|expanduser\s*\(\s*"§(\d+)"|Path\.home\b|homedir\b|home\b)|\brequire\("§\d+"\)\.homedir\(\)\s*,\s*\{\s*recursive/
/** Statements given to a client's `query`. */
const asked = /\bquery\w{0,12}\s*\(\s*("§\d+")/g
const walks = /\b(?:walk|rglob|glob|scandir|Find\.find|find)\s*\(?\s*("§\d+")/g
const removes = /\b(?:remove|unlink|unlinkSync|rmSync|delete)\b/
const written =
  /\b(?:open|fopen|createWriteStream|writeFileSync|File\.(?:open|write))\s*\(?\s*(?:[$\w]+\s*,\s*)?("§\d+")(?:\s*,\s*("§\d+"))?/g
const devicePath = /^\W{0,4}dev\/(?!tcp|udp|null|std|tty)/
const forks = /\bfork\s+while\b|\bwhile\s*\(?\s*(?:1|true)\s*\)?\s*:?\s*\{?\s*(?:os\.)?fork\b/i

/** Whole trees walked and removed, homes by their function, disks opened to be written, forks without end. */
function worded(
  { code, strings }: Skeleton,
  value: (token: string | undefined) => string | undefined,
): string[] {
  const texts: string[] = []
  // Nearly every program has none of these words, and looking for a word costs next to nothing.
  const home = code.includes('expanduser') || /[Hh]ome|HOME/.test(code) ? homes.exec(code) : null
  if (
    home === null &&
    /\bPath\.home\(\)|expanduser/.test(code) &&
    /\b(?:rglob|glob|iterdir|walk)\b/.test(code) &&
    removes.test(code)
  )
    texts.push('rm -rf ~')
  if (home !== null) {
    const path = home[1] === undefined ? '~' : value(`§${home[1]}`)
    if (path !== undefined) texts.push(`rm -rf ${quoted(path)}`)
  }
  if (/delete|drop|flush|terminate/.test(code) && emptiedCall.test(code))
    texts.push('aws s3 rm --recursive s3://all')
  if (code.includes('query'))
    for (const match of code.matchAll(asked)) {
      const said = value(match[1]) ?? ''
      if (/^\s*(?:drop|truncate|delete)\s/i.test(said)) texts.push(said.trim())
    }
  if (code.includes('fork') && forks.test(code)) texts.push(':(){ :|:& };:')
  if (/walk|glob|scandir|find/.test(code) && (removes.test(code) || strings.includes('unlink')))
    for (const match of code.matchAll(walks)) {
      const path = value(match[1])
      if (path?.startsWith('/') === true) texts.push(`rm -rf ${quoted(path.replace(/\/[*]+$/, ''))}`)
    }
  if (!strings.some((text) => devicePath.test(text))) return texts
  for (const match of code.matchAll(written)) {
    const [first, second] = [value(match[1]) ?? '', value(match[2]) ?? '']
    const path = first.replace(/^\s*\+?>+\s*/, '')
    if (path.startsWith('/dev/') && (path !== first || /^[wa+r]*[wa+]/.test(second)))
      texts.push(`dd if=/dev/zero of=${quoted(path)}`)
  }
  return texts
}

function quoted(path: string): string {
  return path.startsWith('~') && !/['\s$`;|&]/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}
