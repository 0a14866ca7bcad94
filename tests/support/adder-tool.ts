import type { ServerTool, ServerTools } from '@service/chat/features/server-tools/server-tools.ts'

const adder: ServerTool = {
  definition: { name: 'add', description: 'Adds.', parameters: { type: 'object' } },
  call: async ({ a, b }) => ({ text: String(Number(a) + Number(b)), isError: false }),
}

/** A node whose only tool adds `a` and `b`, for requests that list it by the name `add`. */
export const adderTools: ServerTools = {
  hasAny: true,
  hasMcpServers: false,
  select: async ({ functions }) => ({
    functions: functions.includes('add') ? [adder] : [],
    mcp: [],
    warnings: [],
  }),
  mcpServers: async () => [],
}
