import { LocalaiEditBody } from '@shared/dialects/localai/localai-edit-schema.ts'
import { localaiEdit } from '@shared/dialects/localai/localai-edit.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { dropNulls } from '@shared/http/drop-nulls.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { createAnswerText } from './answer-text.ts'
import { modelWork } from '../models/model-work.ts'

const FACTS = modelWork('localai', 'chat')

const PATHS = ['/v1/edits', '/edits'] as const

export const localaiEditPlugin = (answerText: ReturnType<typeof createAnswerText>, log: Log) => {
  const plugin = new Elysia({ name: 'chat/localai-edit' }).use(faultsAs('localai', openaiFaultBody, log))
  for (const path of PATHS) {
    plugin.post(path, ({ body, request }) => answerText(localaiEdit, body, request), {
      body: LocalaiEditBody,
      parse: 'json',
      transform: dropNulls,
      detail: routeDetail(FACTS, { tag: 'Chat', summary: 'Edit a text by an instruction' }),
    })
  }
  return plugin
}
