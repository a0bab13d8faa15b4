// A real MCP server as a process: the official SDK on standard streams. Run by tests, never imported.
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'

const said = (text: string) => ({ content: [{ type: 'text', text }] })
const server = new Server({ name: 'stdio-test', version: '1.0.0' }, { capabilities: { tools: {} } })
const names = ['echo', 'environment', 'die', 'ask', 'progress', 'run_command']

server.setRequestHandler(ListToolsRequestSchema, () => ({
  tools: names.map((name) => ({
    name,
    description: `Test: ${name}.`,
    inputSchema: { type: 'object' as const },
  })),
}))
server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
  switch (params.name) {
    case 'echo':
      return said(String(params.arguments?.text))
    case 'environment':
      return said(Object.keys(process.env).join(' '))
    case 'die':
      return process.exit(3)
    case 'ask': {
      const answer = await server.elicitInput({
        message: 'Which city?',
        requestedSchema: { type: 'object', properties: { city: { type: 'string' } } },
      })
      return said(JSON.stringify(answer.content))
    }
    case 'progress': {
      const progressToken = params._meta?.progressToken
      if (progressToken !== undefined)
        await extra.sendNotification({
          method: 'notifications/progress',
          params: { progressToken, progress: 1, total: 2 },
        })
      // The official client drops what it is told of a call whose answer came in the same read: one more round first.
      await server.elicitInput({ message: 'Go on?', requestedSchema: { type: 'object', properties: {} } })
      return said('half way')
    }
    default:
      return said('done')
  }
})
const transport = new StdioServerTransport()
await server.connect(transport)
