import type { ModelCapability, ModelCard } from '@shared/inference/model-card.ts'

const CAPABILITY = {
  chat: 'completion',
  embed: 'embedding',
  rerank: 'rerank',
} as const satisfies Record<ModelCapability, string>

/** A template that knows tools lists them; one that knows thoughts leaves them out of earlier turns, or asks for them. */
const KNOWS_TOOLS = /\btools\b/
const KNOWS_THINKING =
  /<\/think>|<\/thinking>|\[\/THINK\]|<\|END_THINKING\|>|<\/seed:think>|<\|channel\|>analysis|\benable_thinking\b|\breasoning_content\b/

/** Markers of a gap between two texts, by their present and their former keys. */
const GAP_MARKERS = [
  ['tokenizer.ggml.fim_pre_token_id', 'tokenizer.ggml.prefix_token_id'],
  ['tokenizer.ggml.fim_suf_token_id', 'tokenizer.ggml.suffix_token_id'],
] as const

/** What a model can do, in Ollama's words. `rerank` is none of them: Ollama runs no ranking models. */
export const ollamaCapabilities = (
  { capabilities, chatTemplate = '' }: Pick<ModelCard, 'capabilities' | 'chatTemplate'>,
  metadata: Readonly<Record<string, unknown>>,
): readonly string[] => {
  const own = capabilities.map((capability) => CAPABILITY[capability])
  if (!capabilities.includes('chat')) return own
  const hasGapMarkers = GAP_MARKERS.every((keys) => keys.some((key) => typeof metadata[key] === 'number'))
  return [
    ...own,
    ...(KNOWS_TOOLS.test(chatTemplate) ? ['tools'] : []),
    ...(hasGapMarkers ? ['insert'] : []),
    ...(KNOWS_THINKING.test(chatTemplate) ? ['thinking'] : []),
  ]
}
