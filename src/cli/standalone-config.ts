import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { formatProblem, readConfig } from '../config/read-config.ts'
import { GateError } from '../kernel/gate-error.ts'
import type { Console } from './command.ts'

/** What a command works with where nobody wrote a configuration: every default, enforced, in a folder of the user's. */
export function standaloneConfig({ env, cwd }: Console, store: string | undefined): Config {
  const home = env.XDG_STATE_HOME ?? (env.HOME === undefined ? cwd : join(env.HOME, '.local', 'state'))
  const folder = store ?? join(home, 'portcullis')
  const text = JSON.stringify({
    mode: 'enforce',
    store: folder,
    upstreams: [{ name: 'none', protocol: 'openai', url: 'http://127.0.0.1:9/v1' }],
  })
  const config = readConfig(text, join(cwd, 'portcullis.yaml'), {})
  if (config.ok) return config.value
  throw new GateError('config-invalid', config.error.map(formatProblem).join('\n'))
}
