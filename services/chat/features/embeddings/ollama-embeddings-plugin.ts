import { OllamaEmbedBody, OllamaEmbeddingsBody } from '@shared/dialects/ollama/ollama-embed-schema.ts'
import { ollamaEmbed, ollamaEmbeddings } from '@shared/dialects/ollama/ollama-embed.ts'
import { ollamaFaultBody } from '@shared/dialects/ollama/ollama-faults.ts'
import { dropNulls } from '@shared/http/drop-nulls.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { createAnswerEmbeddings } from './answer-embeddings.ts'
import { modelWork } from '../models/model-work.ts'

const FACTS = modelWork('ollama', 'embed')
const TAG = 'Embeddings'

export const ollamaEmbeddingsPlugin = (
  answerEmbeddings: ReturnType<typeof createAnswerEmbeddings>,
  log: Log,
) =>
  new Elysia({ name: 'chat/ollama-embeddings' })
    .use(faultsAs('ollama', ollamaFaultBody, log))
    .post('/api/embed', ({ body, request }) => answerEmbeddings(ollamaEmbed, body, request), {
      body: OllamaEmbedBody,
      parse: 'json',
      transform: dropNulls,
      detail: routeDetail(FACTS, { tag: TAG, summary: "Turn texts into vectors in Ollama's way" }),
    })
    .post('/api/embeddings', ({ body, request }) => answerEmbeddings(ollamaEmbeddings, body, request), {
      body: OllamaEmbeddingsBody,
      parse: 'json',
      transform: dropNulls,
      detail: routeDetail(FACTS, { tag: TAG, summary: "Turn one text into a vector in Ollama's older way" }),
    })
