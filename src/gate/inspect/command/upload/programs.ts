import type { Finding } from '../../../finding.ts'
import { finding } from '../detector.ts'
import type { Program } from '../shell/model.ts'

const NAME = 'upload'

/** How languages take in a file. */
const reads =
  /\bopen\s*\(\s*["'`~/\w$]|\bread_(bytes|text)\s*\(|\bFile\.(read|open|binread|new)\b|\bfile_get_contents\s*\(\s*["'](?!https?:)|\bread(Text)?File(Sync)?\b|\bBun\.file\s*\(|\bcreateReadStream\s*\(|\bopen\s+(my\s+)?\$?\w+\s*,|\bfopen\s*\(|\bIO\.(read|binread)\b|\bGet-Content\b|\bReadAll(Bytes|Text)\b|\bio\.open\b|-InFile\b|\bshell_exec\s*\(\s*["']cat\b|`\s*(?:cat|base64|tar|head|strings|env|id)\b|<(STDIN)?>|\b(?:dict|str|repr|dumps)\s*\(\s*os\.environ\b(?!\s*[.[])|stringify\s*\(\s*process\.env\s*\)|Deno\.env\.toObject\(\)|[(,]\s*%ENV\b|\bENV\.to_h\b|\bgetenv\(\)/i

/** How they hand something to another machine. */
const sends =
  /->(post|put)\s*\(|\b(requests|httpx|session|client|axios|got|http|aiohttp)\s*\.\s*(post|put|patch)\s*\(|\burlopen\s*\([^)]*,\s*data\s*=|\burlopen\s*\([^)]*,\s*(?!timeout\b|context\b|cafile\b|\d)\w|\bsendall\s*\(|\.sendto?\s*\(|\bstor(binary|lines)\b|\bsend_?(mail|message)\s*\(|\bupload_?(file|fileobj|from_filename|blob)\s*\(|\bput_?(object|file)\s*\(|CURLOPT_(POSTFIELDS|INFILE|UPLOAD)|\bfile_put_contents\s*\(\s*["'](https?|ftp):|\bNet::HTTP(\.|::)(post|put)|\bmethod["']?\s*[:=]\s*["'](POST|PUT)\b|\.request\s*\(\s*["'](POST|PUT)\b|\bIO::Socket\b|\bTcpClient\b[\s\S]*\.Write\s*\(|\bTCPSocket\b|\bfsockopen\s*\(|\bUpload(File|String|Data)\s*\(|\b(Invoke-(RestMethod|WebRequest)|irm|iwr)\b[^|;]*-(InFile|Body|Form)\b|\bSend-MailMessage\b|\bftp_put\s*\(|\bnet\.(connect|createConnection)\s*\(/i

/** One call that takes a file's name and sends what is in it. */
const takes = /\bupload_(file|from_filename)\s*\(|\bUploadFile\s*\(/

/** What was read, put into the address that is asked for. */
const tells =
  /\b(?:gethostbyname|getaddrinfo|resolve\w*|lookup|query)\s*\([^\n]{0,200}\b(?:open|read\w*|environ|ENV|b32encode|b64encode|hexlify|check_output|popen|getenv)\b[^\n]{0,200}["'`]\.[\w.-]+["'`]|\b(urlopen|urlretrieve|get|fetch|request|open|curl_init|file_get_contents)\s*\(\s*(?:[rbf]*["'`]https?:\/\/[^"'`]*["'`]\s*(?:\+|\.|%)\s*|f["'`]https?:[^"'`]*\{|`https?:[^`]*\$\{)[^)]{0,80}\b(open|read\w*|environ|process\.env|ENV|b64encode|base64|hex\w*|check_output|popen|getenv|file_get_contents)\b/i

/** A name put together, looked up. */
const looksUpMade =
  /\b(?:gethostbyname|getaddrinfo|resolve\w*|lookup|query)\s*\([^\n]{0,120}(?:\+|%|\{|\.format)[^\n]{0,60}\.[a-z0-9-]+\.[a-z]{2,}/i
/** A file of settings or keys by its literal name, and a question that carries it along. */
const aSecret = /["'`](?:[^"'`\n]*\/)?(?:\.env[\w.]*|(?:credentials|secrets?|config)(?:\.\w+)?|id_\w+)["'`]/
const asks = /\b(prompt|messages?|content|input|body|documents?)\b["']?\s*[:=]/

const atHome = /\b(localhost|127\.0\.0\.1|0\.0\.0\.0|\[?::1\]?)\b/
/** Typed to be run once; what is longer is a program somebody wrote. */
const LINE_CHARACTERS_MAX = 1_500

/** A line of another language that reads a file and sends something away. */
export function byProgram({ facts, language, code, by }: Program): readonly Finding[] {
  const wasSeen =
    facts.shellTexts.some((text) => text.startsWith('cat ')) || /\bcreateReadStream\s*\(/.test(code)
  const isShared =
    by !== undefined &&
    code.length < LINE_CHARACTERS_MAX &&
    aSecret.test(code) &&
    reads.test(code) &&
    asks.test(code)
  if (isShared)
    return [
      finding(
        NAME,
        'upload.program',
        'medium',
        `a ${language} program reads settings and asks somebody else`,
      ),
    ]
  const isInAddress =
    by !== undefined &&
    code.length < LINE_CHARACTERS_MAX &&
    !atHome.test(code) &&
    (tells.test(code) || (looksUpMade.test(code) && reads.test(code)))
  if (isInAddress)
    return [
      finding(
        NAME,
        'upload.program',
        'medium',
        `a ${language} program puts what it has read into an address`,
      ),
    ]
  const isTold =
    !atHome.test(code) && (facts.uploads || facts.connects || facts.downloads) && wasSeen && !facts.runs
  const isLine =
    by !== undefined &&
    code.length < LINE_CHARACTERS_MAX &&
    ((sends.test(code) && reads.test(code)) || takes.test(code)) &&
    !atHome.test(code)
  return isTold || isLine
    ? [
        finding(
          NAME,
          'upload.program',
          'medium',
          `a ${language} program reads a file and sends something away`,
        ),
      ]
    : []
}
