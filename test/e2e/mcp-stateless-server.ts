// A real MCP server of the stateless era as a process: the official SDK on standard streams. Run by tests, never imported.
import { Server } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'

const said = (text: string) => ({ content: [{ type: 'text' as const, text }] })

serveStdio(
  () => {
    const server = new Server({ name: 'stateless-stdio', version: '1.0.0' }, { capabilities: { tools: {} } })
    server.setRequestHandler('tools/list', () => ({
      tools: ['echo', 'ask'].map((name) => ({ name, inputSchema: { type: 'object' as const } })),
    }))
    server.setRequestHandler('tools/call', ({ params }, { mcpReq }) => {
      if (params.name !== 'ask') return said(String(params.arguments?.text))
      const answer = mcpReq.inputResponses?.city
      if (answer !== undefined) return said(JSON.stringify(answer))
      return {
        resultType: 'input_required',
        inputRequests: {
          city: {
            method: 'elicitation/create',
            params: {
              mode: 'form',
              message: 'Which city?',
              requestedSchema: { type: 'object', properties: { city: { type: 'string' } } },
            },
          },
        },
      } as never
    })
    return server as never
  },
  { legacy: 'reject' },
)
