import type { ModelCapability } from '@shared/inference/model-card.ts'
import { isRecord } from '../wire-field.ts'
import {
  capabilitiesByName,
  countOf,
  MOST_REMOTE_MODELS,
  remoteModelName,
  wordOf,
} from './remote-model-facts.ts'
import type { RemoteModelFacts } from './remote-model-facts.ts'
import { withoutAbsent } from './remote-openai-models.ts'

/** Ollama's `GET /api/tags`; undefined when it is no such list. */
export const readOllamaTags = (reply: unknown): readonly RemoteModelFacts[] | undefined => {
  const models = isRecord(reply) ? reply['models'] : undefined
  if (!Array.isArray(models)) return undefined
  const facts = new Map<string, RemoteModelFacts>()
  for (const model of models.slice(0, MOST_REMOTE_MODELS).filter(isRecord)) {
    const name = remoteModelName(model['model'] ?? model['name'])
    if (name === undefined) continue
    const details = isRecord(model['details']) ? model['details'] : {}
    const known = withoutAbsent({
      name,
      capabilities: capabilitiesByName(name, 'ollama'),
      sizeBytes: countOf(model['size']),
      parameterCount: parametersOf(details['parameter_size']),
      architecture: wordOf(details['family']),
      quantization: wordOf(details['quantization_level']),
      digest: digestOf(model['digest']),
      modifiedAt: timeOf(model['modified_at']),
    })
    facts.set(name, known)
  }
  return [...facts.values()]
}

const CAPABILITY: Readonly<Record<string, ModelCapability>> = { completion: 'chat', embedding: 'embed' }

/** What Ollama's `POST /api/show` adds to what the list said of a model. */
export const withOllamaShow = (facts: RemoteModelFacts, reply: unknown): RemoteModelFacts => {
  if (!isRecord(reply)) return facts
  const told: unknown = reply['capabilities']
  const capabilities = Array.isArray(told)
    ? told.flatMap((word) => (typeof word === 'string' ? (CAPABILITY[word] ?? []) : []))
    : facts.capabilities
  const info = isRecord(reply['model_info']) ? reply['model_info'] : {}
  const architecture = wordOf(info['general.architecture']) ?? facts.architecture
  return withoutAbsent({
    ...facts,
    capabilities,
    architecture,
    contextLength: countOf(info[`${architecture}.context_length`]),
    parameterCount: countOf(info['general.parameter_count']) ?? facts.parameterCount,
  })
}

const UNITS: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, B: 1e9, T: 1e12 }

/** `8.0B` as a number. */
const parametersOf = (text: unknown): number | undefined => {
  const [, digits, unit = ''] =
    typeof text === 'string' ? (/^(\d{1,6}(?:\.\d{1,6})?)([KMBT])$/.exec(text) ?? []) : []
  return digits === undefined ? undefined : Math.round(Number(digits) * (UNITS[unit] ?? 1))
}

const digestOf = (value: unknown): string | undefined => {
  const digest = typeof value === 'string' ? value.replace(/^sha256:/, '').toLowerCase() : ''
  return /^[0-9a-f]{64}$/.test(digest) ? digest : undefined
}

const timeOf = (value: unknown): string | undefined => {
  const time = typeof value === 'string' && value.length < 64 ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}
