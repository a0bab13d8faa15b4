// Orders to look for secrets, given in words to an agent that carries them out: how packages of 2025 had the agents of
// their victims search for wallets and tokens (https://nx.dev/blog/s1ngularity-postmortem).
import type { Finding } from '../../../finding.ts'
import { finding, nameIs, none, shown } from '../detector.ts'
import { looksByName, unconcerned } from '../dispatch.ts'
import { directionsIn } from '../instructions/directions.ts'
import type { Invocation } from '../shell/model.ts'
import { secretFile } from './secret-files.ts'

const agents = nameIs(
  /^(claude|codex|gemini|q|qchat|kiro-cli|cursor-agent|opencode|aider|goose|amp|copilot|crush|qwen|droid|auggie|llm|ollama|npx|bunx)$/,
)
const agentPackages =
  /^@?(anthropic-ai\/claude-code|openai\/codex|google\/gemini-cli|[\w-]+\/)?(claude-code|codex|gemini-cli|opencode-ai|amp)(@\S+)?$/
const looksFor =
  /\b(?:search|find|list|look|scan|locate|enumerate|collect|gather|harvest|record|inventory|read|cat|open|print|dump|show|copy|upload|send|post|exfiltrate|encode|report|write down)\b/i
const takesAway = /\b(?:upload|send|post|exfiltrate|encode|base64|push|transfer|leak|publish)\b/i
/** Two of these together are nothing that a project has. */
const kinds: readonly RegExp[] = [
  /\bwallets?\b|\bmetamask\b|\belectrum\b|\bexodus\b|\bphantom\b|\bledger\b/i,
  /\bkey-?stores?\b|\bUTC--/i,
  /\bseed phrases?\b|\bmnemonics?\b/i,
  /\bprivate keys?\b|\bssh keys?\b|\bid_(?:rsa|ed25519)\b|\*\.(?:key|pem)\b/i,
  /(?:^|[\s`'"(/])\.env\b(?!\.(?:example|sample|template))/i,
  /\bcredential (?:files?|stores?)\b|\.(?:aws|kube|npmrc|netrc|docker)\b/i,
  /\bkeychains?\b|\b(?:saved|browser|chrome) passwords?\b|\bcookies\b/i,
]
const PROMPT_CHARACTERS_MAX = 8_192

export const delegated = looksByName(delegates)

function delegates({ name, args, input }: Invocation): readonly Finding[] {
  if (!agents(name)) return unconcerned
  if (/^(npx|bunx)$/.test(name) && !args.some((arg) => agentPackages.test(arg))) return none
  const prompt = [...args.filter((arg) => /\s/.test(arg)), input ?? '']
    .join('\n')
    .slice(0, PROMPT_CHARACTERS_MAX)
  if (!looksFor.test(prompt)) return none
  const named = prompt
    .split(/[\s"'`,;()]+/)
    .find((word) => /^[~/$]/.test(word) && secretFile(word.replace(/[.:]$/, ''))?.severity === 'high')
  const isGathering = kinds.filter((kind) => kind.test(prompt)).length > 1
  const isSent =
    (named !== undefined && takesAway.test(prompt)) ||
    directionsIn(prompt).some(({ fact }) => fact === 'instruct.exfiltrate')
  if (isSent)
    return [finding('credential-read', 'credential.sent', 'critical', `has ${shown(name)} send secrets away`)]
  return named !== undefined || isGathering
    ? [
        finding(
          'credential-read',
          'credential.search',
          'medium',
          `has ${shown(name)} look for ${named === undefined ? 'secrets' : shown(named)}`,
        ),
      ]
    : none
}
