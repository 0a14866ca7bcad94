import { RECURRENT_ARCHITECTURES } from './architecture-families.ts'
import { findVocabularyDefect } from './find-vocabulary-defect.ts'
import type { GgufHeader } from './gguf-header.ts'
import { viewMetadata } from './gguf-metadata-view.ts'
import type { MetadataView } from './gguf-metadata-view.ts'

/** llama.cpp's compile-time limits. */
const MOST_BLOCKS = 512
const MOST_EXPERTS = 1024
/** none, mean, cls, last, rank. */
const LARGEST_POOLING_TYPE = 4
const ROPE_SCALINGS = new Set(['none', 'linear', 'yarn', 'longrope'])

type Check = (view: MetadataView, header: GgufHeader) => string | undefined

/**
 * Why an engine should not be given this text model, in a sentence; undefined when nothing speaks against it.
 * llama.cpp answers most mistakes with an error, but these with an abort of its whole process (assertions, divisions by
 * zero), so they are found here. What slips through is caught by the engine's child process.
 */
export const findTextModelDefect = (header: GgufHeader): string | undefined => {
  const view = viewMetadata(header)
  for (const check of CHECKS) {
    const defect = check(view, header)
    if (defect !== undefined) return defect
  }
  return undefined
}

const checkIdentity: Check = (view, header) => {
  if (view.architecture === '') return 'It does not say its architecture.'
  return header.tensors.length === 0 ? 'It holds no weights.' : undefined
}

const checkNetwork: Check = (view) => {
  for (const key of ['*.context_length', '*.embedding_length', '*.block_count']) {
    const value = view.number(key)
    if (value === undefined || value < 1 || !Number.isInteger(value)) return needs(view, key)
  }
  const blocks = view.number('*.block_count') ?? 0
  if (blocks > MOST_BLOCKS) return `It claims ${blocks} blocks; ${MOST_BLOCKS} is the most.`
  if ((view.number('*.nextn_predict_layers') ?? 0) > blocks) return 'It claims more draft layers than blocks.'
  return undefined
}

const checkHeads: Check = (view) => {
  if (RECURRENT_ARCHITECTURES.has(view.architecture)) return undefined
  const heads = view.largest('*.attention.head_count') ?? 0
  if (heads < 1 || !Number.isInteger(heads)) return needs(view, '*.attention.head_count')
  if (heads > (view.number('*.embedding_length') ?? 0))
    return `It claims ${heads} heads in too small a model.`
  const keyValueHeads = view.largest('*.attention.head_count_kv') ?? heads
  const isSound = keyValueHeads >= 1 && keyValueHeads <= heads
  return isSound ? undefined : `It claims ${keyValueHeads} key-value heads for ${heads} heads.`
}

const checkHeadLengths: Check = (view) => {
  for (const key of ['*.attention.key_length', '*.attention.value_length']) {
    if (view.has(key) && (view.largest(key) ?? 0) < 1) return needs(view, key)
  }
  return undefined
}

/** A list with one entry for each layer has at least as many entries as there are layers. */
const checkLayerLists: Check = (view) => {
  const blocks = view.number('*.block_count') ?? 0
  for (const key of ['*.attention.head_count', '*.attention.head_count_kv', '*.feed_forward_length']) {
    const length = view.length(key)
    if (view.isList(key) && (length < blocks || length > MOST_BLOCKS))
      return `Its ${nameOf(view, key)} lists ${length} layers; it has ${blocks}.`
  }
  return undefined
}

const checkFeedForward: Check = (view) => {
  const isOptional =
    RECURRENT_ARCHITECTURES.has(view.architecture) || (view.number('*.expert_count') ?? 0) > 0
  if (isOptional || view.isList('*.feed_forward_length')) return undefined
  const length = view.number('*.feed_forward_length') ?? 0
  return length < 1 ? needs(view, '*.feed_forward_length') : undefined
}

const checkExperts: Check = (view) => {
  const experts = expertCount(view)
  const used = view.largest('*.expert_used_count') ?? 0
  if (experts > MOST_EXPERTS) return `It claims ${experts} experts; ${MOST_EXPERTS} is the most.`
  if (experts === 0 && view.architecture.startsWith('hunyuan')) return undefined
  if (used > experts) return `It claims to use ${used} of ${experts} experts.`
  return experts > 0 && used < 1 ? needs(view, '*.expert_used_count') : undefined
}

/** Files of the hunyuan family say 1 for a dense model; llama.cpp reads that as 0. */
const expertCount = (view: MetadataView): number => {
  const experts = view.number('*.expert_count') ?? 0
  return experts === 1 && view.architecture.startsWith('hunyuan') ? 0 : experts
}

const checkExpertGroups: Check = (view) => {
  const experts = expertCount(view)
  const groups = view.number('*.expert_group_count') ?? 0
  if (groups === 0) return undefined
  if (groups >= experts) return `It claims ${groups} groups of ${experts} experts.`
  if (groups === 1) return undefined
  const used = view.number('*.expert_group_used_count') ?? 0
  const isSound = experts % groups === 0 && used > 0 && used < groups
  return isSound
    ? undefined
    : `Its ${experts} experts do not divide into the ${groups} groups that it claims.`
}

const checkNamedChoices: Check = (view) => {
  const scaling = view.text('*.rope.scaling.type')
  if (scaling !== undefined && !ROPE_SCALINGS.has(scaling))
    return `Its rope scaling '${scaling.slice(0, 64)}' is unknown.`
  const pooling = view.number('*.pooling_type')
  if (pooling !== undefined && (pooling < 0 || pooling > LARGEST_POOLING_TYPE))
    return `Its pooling type ${pooling} is unknown.`
  return undefined
}

/** An epsilon that is no number turns every answer into noise. */
const checkEpsilons: Check = (view) => {
  for (const key of ['*.attention.layer_norm_rms_epsilon', '*.attention.layer_norm_epsilon']) {
    if (view.has(key) && view.number(key) === undefined) return needs(view, key)
  }
  return undefined
}

const CHECKS: readonly Check[] = [
  checkIdentity,
  checkNetwork,
  checkHeads,
  checkHeadLengths,
  checkLayerLists,
  checkFeedForward,
  checkExperts,
  checkExpertGroups,
  checkNamedChoices,
  checkEpsilons,
  findVocabularyDefect,
]

const nameOf = (view: MetadataView, key: string): string => key.replace('*', view.architecture)

const needs = (view: MetadataView, key: string): string =>
  `Its metadata lacks a usable '${nameOf(view, key)}'.`
