import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { OpenaiChatBody } from '@shared/dialects/openai/openai-chat-schema.ts'
import { openaiChat } from '@shared/dialects/openai/openai-chat.ts'
import { OpenaiCompletionBody } from '@shared/dialects/openai/openai-completion-schema.ts'
import { openaiCompletion } from '@shared/dialects/openai/openai-completion.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { Fault } from '@shared/fault/fault.ts'
import { dropNulls } from '@shared/http/drop-nulls.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { createAnswerText } from './answer-text.ts'
import { modelWork } from '../models/model-work.ts'

const FACTS = modelWork('openai', 'chat')

/** Answers without a model. */
const MODERATION_FACTS: RouteFacts = { ...FACTS, capability: 'node', kind: 'local', admission: 'none' }

const CHAT_PATHS = ['/v1/chat/completions', '/v1/chat', '/chat/completions'] as const
const COMPLETION_PATHS = ['/v1/completions', '/completions'] as const
const MODERATION_PATHS = ['/v1/moderations', '/moderations'] as const

export const openaiTextPlugin = (answerText: ReturnType<typeof createAnswerText>, log: Log) => {
  const plugin = new Elysia({ name: 'chat/openai-text' }).use(faultsAs('openai', openaiFaultBody, log))
  for (const path of CHAT_PATHS) {
    plugin.post(path, ({ body, request }) => answerText(openaiChat, body, request), {
      body: OpenaiChatBody,
      parse: 'json',
      transform: dropNulls,
      detail: routeDetail(FACTS, { tag: 'Chat', summary: 'Create a chat completion, whole or streamed' }),
    })
  }
  for (const path of COMPLETION_PATHS) {
    plugin.post(path, ({ body, request }) => answerText(openaiCompletion, body, request), {
      body: OpenaiCompletionBody,
      parse: 'json',
      transform: dropNulls,
      detail: routeDetail(FACTS, { tag: 'Chat', summary: 'Continue a text, whole or streamed' }),
    })
  }
  for (const path of MODERATION_PATHS) {
    plugin.post(path, refuseModeration, {
      detail: routeDetail(MODERATION_FACTS, {
        tag: 'Chat',
        summary: 'Always 501: no model here was made for moderation',
      }),
    })
  }
  return plugin
}

/** A verdict that nobody trained for would be taken for one. */
const refuseModeration = (): never => {
  throw new Fault(
    'not_supported',
    'No model of this node was made for moderation, so there is no honest verdict. Ask a chat model for one, with a response_format.',
  )
}
