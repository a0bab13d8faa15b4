// Files that coding agents read by themselves: what stands there speaks to them in every session to come.

import { plainPath } from '../plain-path.ts'

/** What kind of file stands at a path, as far as an agent is concerned. */
export type AgentFile = 'instructions' | 'memory' | 'settings'

/** Rules, commands, skills and their like: an agent takes them for its user's word. */
const instructions =
  /(^|\/)((CLAUDE|CODEX|AGENTS?|GEMINI|QWEN|WARP|CRUSH)(\.[\w-]+)?\.md|SKILL\.md|\.(cursor|windsurf|cline|roo|goose)(rules|hints)[\w-]*|copilot-instructions\.md)$|(^|\/)\.(cursor|windsurf|clinerules|roo|kiro|junie|augment|continue|amazonq|trae|qodo)\/(rules|rules-[\w-]+|steering|guidelines|prompts)?\/?[^/]*\.(md|mdc|txt)$|(^|\/)\.github\/(instructions|prompts|chatmodes|agents)\/|(^|\/)\.(claude|codex|gemini|opencode|cursor|agents)\/(commands|skills|agents|prompts|rules|output-styles)\/|(^|\/)\.clinerules\//i

/** The same of agents and editors that name their places otherwise. */
const moreInstructions =
  /(^|\/)(\.rules|\.continuerules|\.augment-guidelines|\.(roo|kilocode)modes|airules\.md|replit\.md)$|(^|\/)\.opencode\/(command|skill|agent|mode)\/|(^|\/)\.(kilocode|aiassistant|void)\/rules(\/|-|$)|(^|\/)\.factory\/(droids|commands|skills)\/|(^|\/)\.openhands\/(microagents|skills)\/|(^|\/)\.tabnine\/guidelines\//i

/** What an agent wrote for itself, to be read again. */
const memory =
  /(^|\/)\.(claude|codex|gemini|cursor|opencode|agents)\/(.*\/)?(agent-)?memor(y|ies)([/.-]|$)|(^|\/)MEMORY\.md$|(^|\/)memory-bank\/[^/]+\.md$/i

/** What an agent may do without asking, which programs it starts, and who watches it. */
const settings =
  /(^|\/)\.(claude|gemini|cursor|codex|opencode|kiro|roo|windsurf|qwen|vscode)\/(settings(\.local)?|hooks|mcp|mcp_settings|mcp_config|config|opencode|cli-config|permissions)\.(jsonc?|toml|ya?ml)$|(^|\/)(\.mcp|\.claude|opencode|managed-settings|managed-mcp)\.json$|(^|\/)\.claude-plugin\/|(^|\/)hooks\/hooks\.json$|(^|\/)(windsurf|cursor|cline|continue|zed|goose)\/(\S*\/)?mcp(_config|_settings)?\.json$|claude_desktop_config\.json$/i

/** Programs an agent starts by itself among them. */
const moreSettings =
  /(^|\/)\.(claude|codex|cursor|gemini|qwen)\/hooks\/|(^|\/)\.claude\/statusline[^/]*$|(^|\/)\.opencode\/plugins?\/|(^|\/)\.github\/hooks\/[^/]+\.json$|(^|\/)\.vscode\/tasks\.json$|(^|\/)\.cursor\/environment\.json$|(^|\/)\.(zed|amp|kilocode)\/(settings|mcp)\.json$|(^|\/)\.?(crush|opencode)\.jsonc?$|(^|\/)\.aider\.conf\.ya?ml$|(^|\/)(gemini|qwen)-extension\.json$|(^|\/)\.?mcp([-_](config|settings))?\.json$/i

export function agentFile(path: string): AgentFile | undefined {
  const plain = plainPath(path.replaceAll('\\', '/'))
  if (settings.test(plain) || moreSettings.test(plain)) return 'settings'
  if (memory.test(plain)) return 'memory'
  return instructions.test(plain) || moreInstructions.test(plain) ? 'instructions' : undefined
}
