import type { CommandEntry } from './command.ts'

/** Every command, in the order `--help` shows them. Loaded only when asked for, so that start-up stays short. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'make traffic with campaigns in it and find them before your eyes',
    load: async () => (await import('./demo.ts')).demo,
  },
  {
    name: 'judge',
    summary: 'decide about the acts of agents: tool calls, results, commands, messages, writes',
    load: async () => (await import('./judge.ts')).judge,
  },
  {
    name: 'init',
    summary: 'write a first configuration for what this machine has',
    load: async () => (await import('./init.ts')).init,
  },
  {
    name: 'up',
    summary: 'serve the gate as portcullis.yaml says',
    load: async () => (await import('./up.ts')).up,
  },
  {
    name: 'connect',
    summary: "put the gate into a coding agent's hooks",
    load: async () => (await import('./connect.ts')).connect,
  },
  {
    name: 'disconnect',
    summary: 'take it out again and put back what was there',
    load: async () => (await import('./disconnect.ts')).disconnect,
  },
  {
    name: 'hook',
    summary: 'what a coding agent runs at its hooks: an event in, a decision out',
    load: async () => (await import('./hook.ts')).hook,
  },
  {
    name: 'mcp',
    summary: 'stand between a local client and an MCP server, and approve changed tools',
    load: async () => (await import('./mcp.ts')).mcp,
  },
  {
    name: 'run',
    summary: 'judge a command and run it in a sandbox',
    load: async () => (await import('./sandbox-run.ts')).runCommand,
  },
  {
    name: 'hunt',
    summary: 'find distillation campaigns in logs',
    load: async () => (await import('./hunt.ts')).hunt,
  },
  {
    name: 'keys',
    summary: 'make, list, rotate and revoke the keys of callers',
    load: async () => (await import('./keys.ts')).keys,
  },
  {
    name: 'users',
    summary: 'who may use the console, and with which role',
    load: async () => (await import('./users.ts')).users,
  },
  {
    name: 'countermeasure',
    summary: 'give accounts a standing, see whom it touches, take it back',
    load: async () => (await import('./countermeasure.ts')).countermeasure,
  },
  {
    name: 'backtest',
    summary: 'show what another policy would have done to the acts of the past',
    load: async () => (await import('./backtest.ts')).backtest,
  },
  {
    name: 'approvals',
    summary: 'list, approve and refuse what agents were stopped to ask about',
    load: async () => (await import('./approvals.ts')).approvals,
  },
  {
    name: 'canary',
    summary: 'find out whether a text was made of answers to a campaign',
    load: async () => (await import('./canary.ts')).canary,
  },
  {
    name: 'credentials',
    summary: 'keep credentials that agents use and never see',
    load: async () => (await import('./credentials.ts')).credentials,
  },
  {
    name: 'ledger',
    summary: 'verify and export the record of every decision',
    load: async () => (await import('./ledger.ts')).ledger,
  },
  {
    name: 'replay',
    summary: 'send a log through a running gate, in its order',
    load: async () => (await import('./replay.ts')).replay,
  },
  {
    name: 'import',
    summary: 'read logs of many formats into a store',
    load: async () => (await import('./import.ts')).importCommand,
  },
  {
    name: 'campaigns',
    summary: 'list, show and export the campaigns that were found',
    load: async () => (await import('./campaigns.ts')).campaigns,
  },
  {
    name: 'explain',
    summary: 'why a campaign was raised, or whether an account is in one',
    load: async () => (await import('./explain.ts')).explain,
  },
  {
    name: 'doctor',
    summary: 'say what is present, what is missing, and what to do about it',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'verify',
    summary: 'prove what a policy says about agents that work together',
    load: async () => (await import('./verify.ts')).verify,
  },
  {
    name: 'tla',
    summary: 'check a TLA+ specification and count its states as TLC does',
    load: async () => (await import('./tla.ts')).tla,
  },
  {
    name: 'completion',
    summary: 'write a completion script for bash, zsh or fish',
    load: async () => (await import('./completion.ts')).completion,
  },
]
