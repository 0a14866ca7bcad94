import type { Sampling } from '@shared/inference/generate-request.ts'
import type { RemoteProduct } from '@shared/inference/remote-product.ts'

/** What a server can be asked for beyond what all of them understand. What is missing here it would ignore without a word. */
export interface RemoteAbilities {
  /** Its names of samplings. */
  readonly sampling: Partial<Readonly<Record<keyof Sampling, string>>>
  /** Takes GBNF. */
  readonly takesGrammar: boolean
  /** Prompts of token ids. */
  readonly takesTokens: boolean
  /** A text after the gap, in completions. */
  readonly takesSuffix: boolean
  /** `chat_template_kwargs` */
  readonly takesTemplateVariables: boolean
  /** A form of the answer where the prompt is mere text. */
  readonly takesFormOfText: boolean
  /** Earlier thoughts of the model, under this name; null: they are left out. */
  readonly reasoningField: 'reasoning_content' | 'reasoning' | null
  /**
   * Its counts come with every piece, so it can be left at any time: stop strings are found here, for it does not tell which
   * one came, and drops what might have become one.
   */
  readonly countsAsItGoes: boolean
  /** It counts the token that ends a turn, which is no part of the answer. */
  readonly countsEnd: boolean
  /** `json_object` is an error there; a schema of any object is not. */
  readonly lacksJsonObject: boolean
  /** Scores of `/v1/rerank`: raw ones are squeezed by the logistic function, others are 0…1; null: no such route. */
  readonly scores: 'raw' | 'squeezed' | null
}

const OF_ALL = {
  temperature: 'temperature',
  topP: 'top_p',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
} as const

const OF_LLAMA_CPP = {
  ...OF_ALL,
  topK: 'top_k',
  minP: 'min_p',
  typicalP: 'typical_p',
  repeatPenalty: 'repeat_penalty',
  repeatLastTokens: 'repeat_last_n',
  logitBias: 'logit_bias',
  mirostat: 'mirostat',
  ignoresEndOfAnswer: 'ignore_eos',
} as const

const LEAST: RemoteAbilities = {
  sampling: { ...OF_ALL, logitBias: 'logit_bias' },
  takesGrammar: false,
  takesTokens: false,
  takesSuffix: false,
  takesTemplateVariables: false,
  takesFormOfText: false,
  reasoningField: null,
  countsAsItGoes: false,
  countsEnd: false,
  lacksJsonObject: false,
  scores: null,
}

const LLAMA_CPP: RemoteAbilities = {
  sampling: OF_LLAMA_CPP,
  takesGrammar: true,
  takesTokens: true,
  takesSuffix: false,
  takesTemplateVariables: true,
  takesFormOfText: true,
  reasoningField: 'reasoning_content',
  countsAsItGoes: true,
  countsEnd: true,
  lacksJsonObject: false,
  scores: 'raw',
}

export const REMOTE_ABILITIES = {
  openai: LEAST,
  ollama: { ...LEAST, sampling: OF_ALL, takesSuffix: true, reasoningField: 'reasoning' },
  lmstudio: {
    ...LEAST,
    sampling: { ...LEAST.sampling, topK: 'top_k', repeatPenalty: 'repeat_penalty' },
    lacksJsonObject: true,
  },
  vllm: {
    ...LEAST,
    sampling: {
      ...LEAST.sampling,
      topK: 'top_k',
      minP: 'min_p',
      repeatPenalty: 'repetition_penalty',
      ignoresEndOfAnswer: 'ignore_eos',
    },
    takesTokens: true,
    takesTemplateVariables: true,
    takesFormOfText: true,
    reasoningField: 'reasoning_content',
    scores: 'squeezed',
  },
  'llama-server': LLAMA_CPP,
  skein: { ...LLAMA_CPP, takesSuffix: true, countsAsItGoes: false, countsEnd: false, scores: 'squeezed' },
} as const satisfies Record<RemoteProduct, RemoteAbilities>
