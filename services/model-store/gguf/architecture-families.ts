/** Architectures that embed text and cannot continue it, whether or not the file names a pooling. */
export const EMBEDDING_ARCHITECTURES: ReadonlySet<string> = new Set([
  'bert',
  'modern-bert',
  'nomic-bert',
  'nomic-bert-moe',
  'neo-bert',
  'jina-bert-v2',
  'jina-bert-v3',
  'eurobert',
  'gemma-embedding',
  'llama-embed',
  't5encoder',
])

/** Files that are a part of another model: given to an engine alone, some of them abort it. */
export const PART_ARCHITECTURES: ReadonlySet<string> = new Set([
  'clip',
  'mmproj',
  'eagle3',
  'dflash',
  'gemma4-assistant',
  'wavtokenizer-dec',
])

/** Text comes out of these in another way than token after token, which no engine here drives. */
export const NOT_CAUSAL_ARCHITECTURES: ReadonlySet<string> = new Set([
  't5',
  'dream',
  'llada',
  'llada-moe',
  'rnd1',
  'qwen3tts',
  'pockettts',
])

/** No attention heads in any layer: the checks of heads do not apply. */
export const RECURRENT_ARCHITECTURES: ReadonlySet<string> = new Set([
  'mamba',
  'mamba2',
  'rwkv6',
  'rwkv6qwen2',
  'rwkv7',
  'arwkv7',
])
