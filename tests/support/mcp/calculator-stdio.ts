/** The calculator as a program: an MCP server on its standard input and output. */
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { createCalculatorServer } from './calculator-server.ts'

await createCalculatorServer().connect(new StdioServerTransport())
