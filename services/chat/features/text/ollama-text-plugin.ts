import { OllamaChatBody } from '@shared/dialects/ollama/ollama-chat-schema.ts'
import { ollamaChat } from '@shared/dialects/ollama/ollama-chat.ts'
import { ollamaFaultBody } from '@shared/dialects/ollama/ollama-faults.ts'
import { OllamaGenerateBody } from '@shared/dialects/ollama/ollama-generate-schema.ts'
import { ollamaGenerate } from '@shared/dialects/ollama/ollama-generate.ts'
import { dropNulls } from '@shared/http/drop-nulls.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { createAnswerText } from './answer-text.ts'
import { modelWork } from '../models/model-work.ts'

const FACTS = modelWork('ollama', 'chat')

export const ollamaTextPlugin = (answerText: ReturnType<typeof createAnswerText>, log: Log) =>
  new Elysia({ name: 'chat/ollama-text' })
    .use(faultsAs('ollama', ollamaFaultBody, log))
    .post('/api/chat', ({ body, request }) => answerText(ollamaChat, body, request), {
      body: OllamaChatBody,
      parse: 'json',
      transform: dropNulls,
      detail: routeDetail(FACTS, { tag: 'Chat', summary: "Chat in Ollama's way, streamed or whole" }),
    })
    .post('/api/generate', ({ body, request }) => answerText(ollamaGenerate, body, request), {
      body: OllamaGenerateBody,
      parse: 'json',
      transform: dropNulls,
      detail: routeDetail(FACTS, { tag: 'Chat', summary: "Answer a prompt in Ollama's way" }),
    })
