import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { OpenaiEmbedBody } from '@shared/dialects/openai/openai-embed-schema.ts'
import { openaiEmbed } from '@shared/dialects/openai/openai-embed.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { clientHasLeft } from '@shared/http/client-has-left.ts'
import { dropNulls } from '@shared/http/drop-nulls.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { warningsHeader } from '@shared/http/warnings-header.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { ModelDirectory } from '../models/model-directory.ts'
import { requestedModel } from '../models/requested-model.ts'
import type { MakeEmbeddings } from './make-embeddings.ts'

const FACTS: RouteFacts = {
  dialect: 'openai',
  capability: 'embed',
  scope: 'inference',
  kind: 'placed',
  bodyLimitBytes: 32 * 1024 * 1024,
  admission: 'engine',
}

const PATHS = ['/v1/embeddings', '/embeddings'] as const

export interface EmbeddingsPorts {
  readonly makeEmbeddings: MakeEmbeddings
  readonly directory: ModelDirectory
  readonly log: Log
}

export const openaiEmbeddingsPlugin = (ports: EmbeddingsPorts) => {
  const plugin = new Elysia({ name: 'chat/openai-embeddings' }).use(
    faultsAs('openai', openaiFaultBody, ports.log),
  )
  for (const path of PATHS) {
    plugin.post(path, ({ body, request }) => answerEmbeddings(ports, body, request), {
      body: OpenaiEmbedBody,
      parse: 'json',
      transform: dropNulls,
      detail: routeDetail(FACTS, { tag: 'Embeddings', summary: 'Turn texts into unit-length vectors' }),
    })
  }
  return plugin
}

const answerEmbeddings = async (
  { directory, makeEmbeddings }: EmbeddingsPorts,
  body: OpenaiEmbedBody,
  request: Request,
): Promise<Response> => {
  const model = await requestedModel(directory, body.model, 'embed', request)
  const decoded = openaiEmbed.decode(body, model)
  try {
    const embeddings = await makeEmbeddings(decoded.request, request.signal)
    const reply = openaiEmbed.encode(embeddings, decoded.shape, body.model?.trim() || model)
    return Response.json(reply, { headers: Object.fromEntries(warningsHeader(decoded.warnings)) })
  } catch (error) {
    if (request.signal.aborted) return clientHasLeft()
    throw error
  }
}
