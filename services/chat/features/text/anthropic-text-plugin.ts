import { anthropicFaultBody } from '@shared/dialects/anthropic/anthropic-faults.ts'
import { AnthropicMessagesBody } from '@shared/dialects/anthropic/anthropic-messages-schema.ts'
import { anthropicMessages } from '@shared/dialects/anthropic/anthropic-messages.ts'
import { dropNulls } from '@shared/http/drop-nulls.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { createAnswerText } from './answer-text.ts'
import { modelWork } from '../models/model-work.ts'

const FACTS = modelWork('anthropic', 'chat')

const PATHS = ['/v1/messages', '/messages'] as const

export const anthropicTextPlugin = (answerText: ReturnType<typeof createAnswerText>, log: Log) => {
  const plugin = new Elysia({ name: 'chat/anthropic-text' }).use(
    faultsAs('anthropic', anthropicFaultBody, log),
  )
  for (const path of PATHS) {
    plugin.post(path, ({ body, request }) => answerText(anthropicMessages, body, request), {
      body: AnthropicMessagesBody,
      parse: 'json',
      transform: dropNulls,
      detail: routeDetail(FACTS, { tag: 'Chat', summary: 'Create a message, whole or streamed' }),
    })
  }
  return plugin
}
