import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RunningGate } from './running-gate.ts'
import { makeCertificate } from './self-signed.ts'

const directory = mkdtempSync(join(tmpdir(), 'pinned-'))
const hasOpenssl = makeCertificate(directory, 'model')
if (!hasOpenssl) console.warn('openssl is not here: the test of pinned certificates is skipped')

test.skipIf(!hasOpenssl)(
  'an upstream is known by its pinned certificate, and one that shows another gets no request',
  async () => {
    const certificate = readFileSync(join(directory, 'cert.pem'))
    let asked = 0
    const server = createServer(
      { cert: certificate, key: readFileSync(join(directory, 'key.pem')) },
      (request, response) => {
        asked++
        request.resume()
        response.end('{"id":"pinned"}')
      },
    )
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
    const right = new X509Certificate(certificate).fingerprint256
    const wrong = right.replace(/^../, right.startsWith('00') ? '11' : '00')
    await using gate = await RunningGate.open(
      `upstreams:
  - { name: right, protocol: openai, url: "${url}", models: [right], tlsFingerprint: "${right}", retries: 0 }
  - { name: wrong, protocol: openai, url: "${url}", models: [wrong], tlsFingerprint: "${wrong}", retries: 0 }
  - { name: none, protocol: openai, url: "${url}", models: [none], retries: 0 }
keys:
  - { key: sk-alice, account: alice }
`,
    )
    const statusOf = async (model: string): Promise<number> => {
      const response = await fetch(`${gate.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk-alice' },
        body: JSON.stringify({ model }),
      })
      await response.text()
      return response.status
    }
    expect(await statusOf('right')).toBe(200)
    expect(await statusOf('wrong')).toBe(502)
    // Without a pin an authority has to vouch, and none does for a certificate that signed itself.
    expect(await statusOf('none')).toBe(502)
    expect(asked).toBe(1)
    server.closeAllConnections()
    server.close()
    rmSync(directory, { recursive: true, force: true })
  },
)
