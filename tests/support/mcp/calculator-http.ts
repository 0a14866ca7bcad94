import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { createCalculatorServer } from './calculator-server.ts'

export interface HttpCalculator {
  readonly url: string
  /** Values of the `authorization` header, one for each request. */
  readonly credentials: (string | null)[]
  stop(): Promise<void>
}

/** The calculator over Streamable HTTP on loopback, a server for each request. */
export const startHttpCalculator = (): HttpCalculator => {
  const credentials: (string | null)[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      credentials.push(request.headers.get('authorization'))
      const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
      await createCalculatorServer().connect(transport)
      return transport.handleRequest(request)
    },
  })
  return { url: `http://127.0.0.1:${server.port}/mcp`, credentials, stop: () => server.stop(true) }
}
