import { countOf, MOST_REMOTE_MODELS } from '@shared/dialects/external/remote-model-facts.ts'
import type { RemoteModelFacts } from '@shared/dialects/external/remote-model-facts.ts'
import { readSkeinModels, remoteModelEntries } from '@shared/dialects/external/remote-openai-models.ts'
import { withOllamaShow } from '@shared/dialects/external/remote-ollama-models.ts'
import type { RemoteProduct } from '@shared/inference/remote-product.ts'
import { wrongUrl } from './ask-machine.ts'
import type { Ask } from './ask-machine.ts'

const PAGE_SIZE = 100
const SHOWN_AT_ONCE = 4

/** All models of another Skein, page by page. */
export const listSkeinModels = async (ask: Ask): Promise<readonly RemoteModelFacts[]> => {
  const models: RemoteModelFacts[] = []
  let cursor = ''
  for (let count = 0; count < MOST_REMOTE_MODELS; count += PAGE_SIZE) {
    const { json } = await ask(`/models?limit=${PAGE_SIZE}&after=${encodeURIComponent(cursor)}`)
    const entries = remoteModelEntries(json)
    if (entries === undefined)
      throw wrongUrl('That Skein does not list its models. Look at the version there.')
    models.push(...readSkeinModels(entries))
    const next = typeof json === 'object' && json !== null && 'nextCursor' in json ? json.nextCursor : null
    if (typeof next !== 'string' || next === '') break
    cursor = next
  }
  return models
}

/** What Ollama says of each model alone; those that have not changed are not asked about again. */
export const showOllamaModels = async (
  ask: Ask,
  tags: readonly RemoteModelFacts[],
  known: readonly RemoteModelFacts[],
): Promise<readonly RemoteModelFacts[]> => {
  const byName = new Map(known.map((facts) => [facts.name, facts]))
  const shown: RemoteModelFacts[] = []
  for (let first = 0; first < tags.length; first += SHOWN_AT_ONCE) {
    const some = tags.slice(first, first + SHOWN_AT_ONCE)
    shown.push(...(await Promise.all(some.map((facts) => knownOrShown(ask, facts, byName.get(facts.name))))))
  }
  return shown.filter(({ capabilities }) => capabilities.length > 0)
}

const knownOrShown = async (
  ask: Ask,
  facts: RemoteModelFacts,
  known: RemoteModelFacts | undefined,
): Promise<RemoteModelFacts> => {
  const isSame = known?.digest !== undefined && known.digest === facts.digest
  if (isSame) return { ...known, ...(facts.modifiedAt === undefined ? {} : { modifiedAt: facts.modifiedAt }) }
  const reply = await ask('/api/show', { model: facts.name }).catch(() => undefined)
  return withOllamaShow(facts, reply?.json)
}

/** A llama-server with one model says with how much context it is open; what it said before still holds. */
export const withServerContext = async (
  ask: Ask,
  product: RemoteProduct,
  models: readonly RemoteModelFacts[],
  known: readonly RemoteModelFacts[] = [],
): Promise<readonly RemoteModelFacts[]> => {
  const [only, ...others] = models
  if (product !== 'llama-server' || only === undefined || others.length > 0) return models
  const before = known.find(({ name }) => name === only.name)
  if (before?.contextLength !== undefined) return [{ ...only, contextLength: before.contextLength }]
  const reply = await ask('/props').catch(() => undefined)
  const settings = fieldOf(reply?.json, 'default_generation_settings')
  const contextLength = countOf(fieldOf(settings, 'n_ctx'))
  return contextLength === undefined ? models : [{ ...only, contextLength }]
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
