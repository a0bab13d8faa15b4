import { styleText } from 'node:util'
import type { Command, CommandEntry } from './command.ts'

const INTRODUCTION = `Portcullis stands in front of AI models and AI agents. It finds accounts that act as one to copy a
model, stops what an agent must not do, and proves what its policies allow.`

export function overview(commands: readonly CommandEntry[], version: string): string {
  const width = Math.max(...commands.map((command) => command.name.length))
  const lines = commands.map((command) => `  ${bold(command.name.padEnd(width))}  ${command.summary}`)
  return `${bold('portcullis')} ${version}\n\n${INTRODUCTION}\n\n${bold('Usage')}\n  portcullis COMMAND [OPTIONS]\n\n${bold('Commands')}\n${lines.join('\n')}\n\n${bold('Start here')}\n  portcullis demo                 traffic with campaigns in it, found before your eyes\n  portcullis hunt logs/*.gz       the same on your own logs\n  portcullis COMMAND --help       options and examples of one command\n`
}

export function commandHelp(name: string, summary: string, command: Command): string {
  const options = Object.entries(command.options).map(([option, { short, value, summary: text }]) => {
    const flags = `${short ? `-${short}, ` : '    '}--${option}${value ? ` ${value}` : ''}`
    return [flags, text] as const
  })
  const width = Math.max(12, ...options.map(([flags]) => flags.length))
  const sections = [
    `${bold(`portcullis ${name}`)} — ${summary}`,
    `${bold('Usage')}\n  portcullis ${name} ${command.usage}`.trimEnd(),
    command.description,
  ]
  if (options.length > 0)
    sections.push(
      `${bold('Options')}\n${options.map(([flags, text]) => `  ${flags.padEnd(width)}  ${text}`).join('\n')}`,
    )
  if (command.examples.length > 0)
    sections.push(
      `${bold('Examples')}\n${command.examples.map(([line, meaning]) => `  ${line}\n      ${meaning}`).join('\n')}`,
    )
  return `${sections.join('\n\n')}\n`
}

function bold(text: string): string {
  return styleText('bold', text, { stream: process.stdout, validateStream: true })
}
