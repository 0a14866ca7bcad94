import {
  decodeLocalaiRerank,
  encodeLocalaiRerank,
  LocalaiRerankBody,
  localaiRerankStatus,
} from '@shared/dialects/localai/localai-rerank.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { Fault } from '@shared/fault/fault.ts'
import { clientHasLeft } from '@shared/http/client-has-left.ts'
import { dropNulls } from '@shared/http/drop-nulls.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { warningsHeader } from '@shared/http/warnings-header.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { ModelDirectory } from '../models/model-directory.ts'
import { requestedModel } from '../models/requested-model.ts'
import { visitIdOf } from '../usage/visit-id-of.ts'
import type { RankDocuments } from './rank-documents.ts'
import { modelWork } from '../models/model-work.ts'

const FACTS = modelWork('localai', 'rerank')

const PATHS = ['/v1/rerank', '/rerank'] as const

export interface LocalaiRerankPorts {
  readonly rankDocuments: RankDocuments
  readonly directory: ModelDirectory
  readonly log: Log
}

export const localaiRerankPlugin = (ports: LocalaiRerankPorts) => {
  const plugin = new Elysia({ name: 'chat/localai-rerank' }).use(
    faultsAs('localai', openaiFaultBody, ports.log),
  )
  for (const path of PATHS) {
    plugin.post(path, ({ body, request }) => answerRerank(ports, body, request), {
      body: LocalaiRerankBody,
      parse: 'json',
      transform: dropNulls,
      detail: routeDetail(FACTS, { tag: 'Rerank', summary: 'Order texts by how well they answer a query' }),
    })
  }
  return plugin
}

const answerRerank = async (
  { directory, rankDocuments }: LocalaiRerankPorts,
  body: LocalaiRerankBody,
  request: Request,
): Promise<Response> => {
  try {
    const model = await requestedModel(directory, body.model, 'rerank', request)
    const decoded = decodeLocalaiRerank(body)
    const { query, documents } = decoded
    const scored = await rankDocuments({ model, query, documents }, request.signal, visitIdOf(request))
    const warnings =
      scored.method === 'ranking-model'
        ? decoded.warnings
        : [...decoded.warnings, `The model '${model}' does not rank: scores are likenesses of embeddings.`]
    const reply = encodeLocalaiRerank(scored, decoded, body.model?.trim() || model)
    return Response.json(reply, { headers: Object.fromEntries(warningsHeader(warnings)) })
  } catch (error) {
    if (request.signal.aborted) return clientHasLeft()
    if (!(error instanceof Fault) || localaiRerankStatus(error) === error.status) throw error
    return Response.json(openaiFaultBody(error), { status: localaiRerankStatus(error) })
  }
}
