import type { Config } from '../../../config/config.ts'
import type { Overview } from './shapes/overview.ts'

/** What an empty deployment lacks, most useful first. */
export function nextSteps(
  { listen, mode }: Pick<Config, 'listen' | 'mode'>,
  has: Readonly<Record<'hasActs' | 'hasAgents' | 'hasFindings' | 'hasUsers', boolean>>,
): Overview['nextSteps'] {
  const address = `http://${listen.host}:${listen.port}`
  const steps: Overview['nextSteps'] = []
  if (!has.hasActs)
    steps.push({
      title: 'Send the first exchange through the gate',
      text: `Point a program at ${address}/v1 with a key of the gate. Make one under Settings, or with this command.`,
      command: 'portcullis keys create --account my-app',
    })
  if (!has.hasFindings)
    steps.push({
      title: 'Look for campaigns in logs you have',
      text: 'The watch finds campaigns in what passes, and in logs of the past: of LiteLLM, Langfuse, OpenTelemetry, CSV or JSON.',
      command: 'portcullis hunt logs/*.jsonl.gz',
    })
  if (!has.hasAgents)
    steps.push({
      title: 'Put an agent behind the gate',
      text: 'Coding agents ask the gate through a hook before they act. The command shows what it would change, and asks.',
      command: 'portcullis connect claude-code',
    })
  if (mode === 'observe' && has.hasActs)
    steps.push({
      title: 'Enforce',
      text: 'The gate only observes. When what it would do is right, write “mode: enforce” into portcullis.yaml.',
    })
  if (!has.hasUsers)
    steps.push({
      title: 'Give people names',
      text: 'Every change is recorded with a name. Add users under Settings; the first of them should be an owner.',
    })
  return steps
}
