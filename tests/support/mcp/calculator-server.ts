import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'

/** A real MCP server with a few tools, for any transport. */
export const createCalculatorServer = (): McpServer => {
  const server = new McpServer({ name: 'calculator', version: '1.0.0' })
  server.registerTool(
    'add_numbers',
    { description: 'Adds two numbers.', inputSchema: { a: z.number(), b: z.number() } },
    ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }] }),
  )
  server.registerTool('always_fails', { description: 'Fails.', inputSchema: {} }, () => {
    throw new Error('nothing to be done')
  })
  server.registerTool('what_environment', { description: 'Names its variables.', inputSchema: {} }, () => ({
    content: [{ type: 'text', text: Object.keys(process.env).toSorted().join(' ') }],
  }))
  server.registerTool('die', { description: 'Ends the server.', inputSchema: {} }, () => process.exit(3))
  return server
}
