/** Programs that serve remote models, as far as they differ in what they can be asked for. `openai`: any other. */
export const REMOTE_PRODUCTS = ['ollama', 'llama-server', 'lmstudio', 'vllm', 'skein', 'openai'] as const

export type RemoteProduct = (typeof REMOTE_PRODUCTS)[number]
