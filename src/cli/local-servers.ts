import { request } from 'undici'
import * as v from 'valibot'

export type LocalServer = {
  readonly name: string
  readonly url: string
  readonly models: readonly string[]
}

/** Where model servers listen unless told otherwise. */
const usualPorts: readonly (readonly [name: string, port: number])[] = [
  ['ollama', 11434],
  ['lm-studio', 1234],
  ['vllm', 8000],
  ['llama-cpp', 8080],
  ['sglang', 30000],
  ['jan', 1337],
  ['text-generation-webui', 5000],
  ['koboldcpp', 5001],
]
const PROBE_MS = 700
const BODY_CHARACTERS_MAX = 1_000_000

const modelsSchema = v.object({ data: v.array(v.object({ id: v.string() })) })

/** Asks the usual loopback ports for their models. Whatever answers in another way is not a model server. */
export async function findLocalServers(
  skippedPorts: ReadonlySet<number>,
  ports: readonly (readonly [name: string, port: number])[] = usualPorts,
): Promise<readonly LocalServer[]> {
  const found = await Promise.all(
    ports.filter(([, port]) => !skippedPorts.has(port)).map(([name, port]) => probe(name, port)),
  )
  return found.filter((server) => server !== undefined)
}

async function probe(name: string, port: number): Promise<LocalServer | undefined> {
  const url = `http://127.0.0.1:${port}/v1`
  try {
    const { statusCode, body } = await request(`${url}/models`, { signal: AbortSignal.timeout(PROBE_MS) })
    const text = await body.text()
    if (statusCode !== 200 || text.length > BODY_CHARACTERS_MAX) return undefined
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), modelsSchema), text)
    return parsed.success ? { name, url, models: parsed.output.data.map(({ id }) => id) } : undefined
  } catch {
    return undefined
  }
}
