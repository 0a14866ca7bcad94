/** What llama.cpp's own server uses when a client says nothing: the defaults that local models are tuned for. */
export const DEFAULT_SAMPLING = {
  temperature: 0.8,
  topP: 0.95,
  topK: 40,
  minP: 0.05,
  repeatPenalty: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
  repeatLastTokens: 64,
} as const
