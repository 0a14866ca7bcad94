import { OpenaiEmbedBody } from '@shared/dialects/openai/openai-embed-schema.ts'
import { openaiEmbed } from '@shared/dialects/openai/openai-embed.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { dropNulls } from '@shared/http/drop-nulls.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { createAnswerEmbeddings } from './answer-embeddings.ts'
import { modelWork } from '../models/model-work.ts'

const FACTS = modelWork('openai', 'embed')

const PATHS = ['/v1/embeddings', '/embeddings'] as const

export const openaiEmbeddingsPlugin = (
  answerEmbeddings: ReturnType<typeof createAnswerEmbeddings>,
  log: Log,
) => {
  const plugin = new Elysia({ name: 'chat/openai-embeddings' }).use(faultsAs('openai', openaiFaultBody, log))
  for (const path of PATHS) {
    plugin.post(path, ({ body, request }) => answerEmbeddings(openaiEmbed, body, request), {
      body: OpenaiEmbedBody,
      parse: 'json',
      transform: dropNulls,
      detail: routeDetail(FACTS, { tag: 'Embeddings', summary: 'Turn texts into unit-length vectors' }),
    })
  }
  return plugin
}
