import type { Log } from '@shared/log/create-log.ts'
import type {
  McpServerSummary,
  SelectedTools,
  ServerTool,
  ServerTools,
} from '../features/server-tools/server-tools.ts'
import { createMcpConnection, reasonOf } from './mcp-connection.ts'
import type { McpConnection } from './mcp-connection.ts'
import { registeredFunction } from './registered-function.ts'
import type { ToolsFile } from './tools-file.ts'

export interface ConfiguredTools extends ServerTools {
  /** Ends the processes of the MCP servers. */
  close(): Promise<void>
}

/**
 * The tools of the operator's file.
 * @param environment what the programs of its functions see beside their own variables
 */
export const createConfiguredTools = (
  file: ToolsFile,
  { environment, log }: { readonly environment: Readonly<Record<string, string>>; readonly log: Log },
): ConfiguredTools => {
  const functions = new Map(
    Object.entries(file.functions ?? {}).map(([name, config]) => [
      name,
      registeredFunction(name, config, environment),
    ]),
  )
  const servers = Object.entries(file.mcpServers ?? {}).map(([name, config]) =>
    createMcpConnection(name, config, log),
  )
  return {
    hasAny: functions.size + servers.length > 0,
    hasMcpServers: servers.length > 0,
    async select(selection, signal) {
      const asked = selection.mcpServers === 'all' ? servers.map(({ name }) => name) : selection.mcpServers
      const mcp = await selectMcp(servers, [...new Set(asked)], signal)
      const named = selection.functions.map((name) => functions.get(name))
      return { functions: named.filter((tool) => tool !== undefined), ...mcp }
    },
    mcpServers: (signal) => Promise.all(servers.map((server) => summaryOf(server, signal))),
    async close() {
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}

/** A server that is not there is no reason to refuse the request: the model answers without it, and the caller is warned. */
const selectMcp = async (
  servers: readonly McpConnection[],
  asked: readonly string[],
  signal: AbortSignal,
): Promise<Omit<SelectedTools, 'functions'>> => {
  const warnings: string[] = []
  const tools = new Map<string, ServerTool>()
  await Promise.all(
    asked.map(async (name) => {
      const server = servers.find((candidate) => candidate.name === name)
      if (server === undefined) {
        warnings.push(`No MCP server '${name.slice(0, 64)}' is configured on this node.`)
        return
      }
      try {
        for (const tool of await server.tools(signal)) addTool(tools, name, tool)
      } catch (error) {
        signal.throwIfAborted()
        warnings.push(`The MCP server '${name}' cannot be reached: ${reasonOf(error)}`)
      }
    }),
  )
  return { mcp: [...tools.values()], warnings }
}

/** Two servers may have tools of one name: the second is known by its server too. */
const addTool = (tools: Map<string, ServerTool>, server: string, tool: ServerTool): void => {
  const { name } = tool.definition
  if (!tools.has(name)) tools.set(name, tool)
  else {
    const longName = `${server}__${name}`
    tools.set(longName, { ...tool, definition: { ...tool.definition, name: longName } })
  }
}

const summaryOf = async (server: McpConnection, signal: AbortSignal): Promise<McpServerSummary> => {
  const { name, type } = server
  try {
    const tools = await server.tools(signal)
    return { name, type, tools: tools.map(({ definition }) => definition.name) }
  } catch (error) {
    signal.throwIfAborted()
    return { name, type, tools: [], problem: reasonOf(error) }
  }
}
