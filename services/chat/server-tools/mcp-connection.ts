import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { CallToolResultSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js'
import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import { createFetchFunction } from '@shared/fetch/fetch-function.ts'
import { PUBLIC_ONLY } from '@shared/fetch/fetch-policy.ts'
import type { FetchPolicy } from '@shared/fetch/fetch-policy.ts'
import { createSystemFetcher } from '@shared/fetch/system-fetcher.ts'
import type { ToolDefinition } from '@shared/inference/generate-request.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { ServerTool, ToolOutput } from '../features/server-tools/server-tools.ts'
import { cutOutput } from './cut-output.ts'
import type { McpServerConfig } from './tools-file.ts'

const DEFAULT_TIMEOUT_MS = 30_000
const MOST_TOOLS = 256

/**
 * The operator wrote the URL, so it may be next door, on any port. Answers are streams that stay open and silent;
 * calls have a time limit of their own.
 */
const OPERATORS_SERVERS: FetchPolicy = {
  ...PUBLIC_ONLY,
  allowsPrivateNetwork: true,
  allowsAnyPort: true,
  limits: {
    ...PUBLIC_ONLY.limits,
    maxBytes: 256 * 1024 * 1024,
    idleTimeoutMs: Infinity,
    totalTimeoutMs: Infinity,
  },
}

/** One configured MCP server. Connects when it is first needed, and again after it was lost. */
export interface McpConnection {
  readonly name: string
  readonly type: 'stdio' | 'http'
  /** @throws Error with the reason when the server cannot be reached */
  tools(signal: AbortSignal): Promise<readonly ServerTool[]>
  close(): Promise<void>
}

interface OpenServer {
  readonly client: Client
  /** Asked for once; again after the server said that they changed. */
  tools: Promise<readonly Tool[]> | undefined
}

export const createMcpConnection = (name: string, config: McpServerConfig, log: Log): McpConnection => {
  const timeout = config.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const server = createReconnecting(name, config, log)
  const call = async (
    tool: string,
    args: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<ToolOutput> => {
    try {
      const { client } = await server.open()
      const options = { timeout, signal }
      const result = await client.callTool({ name: tool, arguments: args }, CallToolResultSchema, options)
      return outputOf(CallToolResultSchema.parse(result))
    } catch (error) {
      signal.throwIfAborted()
      log.warn({ server: name, tool, err: error }, 'MCP tool failed')
      const text = `The tool '${tool}' of the MCP server '${name}' failed: ${reasonOf(error)}`
      return { text, isError: true }
    }
  }
  return {
    name,
    type: 'url' in config ? 'http' : 'stdio',
    async tools(signal) {
      const open = await server.open()
      open.tools ??= listTools(open, { timeout, signal })
      return (await open.tools).map((tool) => ({
        definition: definitionOf(tool),
        call: (args, callSignal) => call(tool.name, { ...args }, callSignal),
      }))
    },
    close: () => server.close(),
  }
}

const definitionOf = ({ description, inputSchema, name }: Tool): ToolDefinition => ({
  name,
  ...(description === undefined ? {} : { description }),
  parameters: inputSchema,
})

interface Reconnecting {
  open(): Promise<OpenServer>
  close(): Promise<void>
}

/** All who need the server at once share one connection, and one attempt to get it. */
const createReconnecting = (name: string, config: McpServerConfig, log: Log): Reconnecting => {
  let opening: Promise<OpenServer> | undefined
  const forget = (attempt: Promise<OpenServer>): void => {
    if (opening === attempt) opening = undefined
  }
  const start = (): Promise<OpenServer> => {
    const attempt: Promise<OpenServer> = connect(name, config, () => {
      forget(attempt)
      log.info({ server: name }, 'MCP server disconnected')
    })
    attempt.catch(() => forget(attempt))
    return attempt
  }
  return {
    open() {
      opening ??= start()
      return opening
    },
    async close() {
      const open = await opening?.catch(() => undefined)
      await open?.client.close()
    },
  }
}

const connect = async (name: string, config: McpServerConfig, onClose: () => void): Promise<OpenServer> => {
  const client = new Client({ name: 'skein', version: SKEIN_VERSION })
  const server: OpenServer = { client, tools: undefined }
  // The SDK's own hook: its clients are no event targets.
  Object.assign(client, { onclose: onClose })
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    server.tools = undefined
  })
  await client.connect(transportOf(name, config), { timeout: config.timeoutMs ?? DEFAULT_TIMEOUT_MS })
  return server
}

/** Their processes see little of ours: the SDK passes on PATH, HOME and the like, never the service's own settings. */
const transportOf = (name: string, config: McpServerConfig): Transport => {
  if ('url' in config) {
    const { headers = {}, url } = config
    const transport = new StreamableHTTPClientTransport(new URL(url), {
      fetch: createFetchFunction(createSystemFetcher(OPERATORS_SERVERS), `mcpServers.${name}.url`),
      requestInit: { headers },
    })
    // Its optional fields allow undefined, which those of the interface it implements do not.
    return transport as Transport
  }
  const { args = [], command, env = {} } = config
  return new StdioClientTransport({ command, args, env, stderr: 'ignore' })
}

const listTools = async (
  server: OpenServer,
  options: { readonly timeout: number; readonly signal: AbortSignal },
): Promise<readonly Tool[]> => {
  try {
    return await readPages(server.client, options)
  } catch (error) {
    // Ask again next time.
    server.tools = undefined
    throw error
  }
}

const readPages = async (
  client: Client,
  options: { readonly timeout: number; readonly signal: AbortSignal },
): Promise<readonly Tool[]> => {
  const tools: Tool[] = []
  let cursor: string | undefined
  do {
    const page = await client.listTools(cursor === undefined ? {} : { cursor }, options)
    tools.push(...page.tools)
    cursor = page.nextCursor
  } while (cursor !== undefined && tools.length < MOST_TOOLS)
  return tools.slice(0, MOST_TOOLS)
}

/** What a model can read of a result: its texts; other content is named. */
const outputOf = ({ content, isError, structuredContent }: CallToolResult): ToolOutput => {
  const texts = content.map((part) => {
    if (part.type === 'text') return part.text
    if (part.type === 'resource' && 'text' in part.resource) return part.resource.text
    if (part.type === 'resource_link') return part.uri
    return `[${part.type}]`
  })
  const text =
    texts.length === 0 && structuredContent !== undefined
      ? JSON.stringify(structuredContent)
      : texts.join('\n')
  return { text: cutOutput(text), isError: isError ?? false }
}

/** First line of an error of the SDK's: those are about the server and the protocol. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? (error.message.split('\n')[0] ?? '') : '').slice(0, 300) || 'unknown reason'
