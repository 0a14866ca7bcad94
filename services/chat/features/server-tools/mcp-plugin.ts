import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { OpenaiChatBody } from '@shared/dialects/openai/openai-chat-schema.ts'
import { decodeOpenaiChat, openaiChat } from '@shared/dialects/openai/openai-chat.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import type { TextDialect } from '@shared/dialects/text-dialect.ts'
import { Fault } from '@shared/fault/fault.ts'
import { dropNulls } from '@shared/http/drop-nulls.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { createAnswerText } from '../text/answer-text.ts'
import type { ServerTools } from './server-tools.ts'
import { modelWork } from '../models/model-work.ts'

const FACTS = modelWork('localai', 'chat')

const LIST_FACTS: RouteFacts = { ...FACTS, kind: 'local', bodyLimitBytes: 0, admission: 'none' }

const CHAT_PATHS = ['/v1/mcp/chat/completions', '/mcp/v1/chat/completions', '/mcp/chat/completions'] as const

/** OpenAI's chat with every configured MCP server, unless the request selects some. */
const mcpChat: TextDialect<OpenaiChatBody> = {
  ...openaiChat,
  decode: (body, model) => decodeOpenaiChat(body, model, 'all'),
}

export const mcpPlugin = (ports: {
  readonly answerText: ReturnType<typeof createAnswerText>
  readonly serverTools: ServerTools
  readonly log: Log
}) => {
  const { answerText, log, serverTools } = ports
  const plugin = new Elysia({ name: 'chat/mcp' }).use(faultsAs('localai', openaiFaultBody, log))
  for (const path of CHAT_PATHS) {
    plugin.post(
      path,
      ({ body, request }) => {
        if (!serverTools.hasMcpServers) throw noServers()
        return answerText(mcpChat, body, request)
      },
      {
        body: OpenaiChatBody,
        parse: 'json',
        transform: dropNulls,
        detail: routeDetail(FACTS, {
          tag: 'Chat',
          summary: 'Chat with the tools of the MCP servers of this node',
          description:
            'The node calls the tools and tells the model their results, at most ten times. Requests select servers by name (metadata.mcp_servers); they never define any.',
        }),
      },
    )
  }
  return plugin.get(
    '/v1/mcp/servers/:model',
    async ({ params, request }) => ({
      model: decodeURIComponent(params.model),
      servers: await serverTools.mcpServers(request.signal),
    }),
    {
      detail: routeDetail(LIST_FACTS, {
        tag: 'Chat',
        summary: 'The MCP servers of this node and their tools',
        description: 'The same for every model. A server that cannot be reached says why in `problem`.',
      }),
    },
  )
}

const noServers = (): Fault =>
  new Fault(
    'not_supported',
    'No MCP servers are configured on this node: name them in tools.json in its data directory, under mcpServers, and restart the chat service.',
  )
