import type { ToolDefinition } from '@shared/inference/generate-request.ts'

/** What came of a call of a tool of this node. */
export interface ToolOutput {
  /** For the model to read. */
  readonly text: string
  readonly isError: boolean
}

/** A tool that this node runs itself: a function of its configuration, or one that an MCP server offers. */
export interface ServerTool {
  readonly definition: ToolDefinition
  /** Never rejects but with the signal's reason: a tool that fails is told to the model, which may know a way out. */
  call(args: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<ToolOutput>
}

export interface McpServerSummary {
  readonly name: string
  readonly type: 'stdio' | 'http'
  /** Names of its tools; empty while it cannot be reached. */
  readonly tools: readonly string[]
  /** Why it cannot be reached; absent when it can. */
  readonly problem?: string
}

/** Which tools of this node a request may use. */
export interface ToolSelection {
  /** Functions of the configuration, by the names under which the caller listed them as tools. */
  readonly functions: readonly string[]
  /** MCP servers by name; `all`: every one that is configured. */
  readonly mcpServers: readonly string[] | 'all'
}

export interface SelectedTools {
  readonly functions: readonly ServerTool[]
  readonly mcp: readonly ServerTool[]
  /** Servers that were asked for and are not there, one sentence each. */
  readonly warnings: readonly string[]
}

/** The tools that the operator has configured on this node. */
export interface ServerTools {
  /** False when nothing is configured, so that most requests need not ask. */
  readonly hasAny: boolean
  readonly hasMcpServers: boolean
  select(selection: ToolSelection, signal: AbortSignal): Promise<SelectedTools>
  mcpServers(signal: AbortSignal): Promise<readonly McpServerSummary[]>
}
