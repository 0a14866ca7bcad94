import { constantTensor } from './exact-weights.ts'
import { generalMetadata } from './general-metadata.ts'
import type { GgufPlan } from './gguf-layout.ts'
import { flag, float32, int32s, text, texts, uint32, type MetadataEntry } from './gguf-metadata.ts'
import type { GgufTensor } from './gguf-tensor.ts'
import { randomFloats, type MatrixMaker } from './random-weights.ts'
import { TOKEN_KINDS } from './token-kind.ts'

const WIDTH = 64
const LAYERS = 2
const HEADS = 4
const FEED_FORWARD = 128
const CONTEXT_LENGTH = 512
/** How llama.cpp makes one result of many token states: the state of the first one, or a score of it. */
const POOLING = { cls: 2, rank: 4 } as const
const SPECIAL_TOKENS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const

/** What a BERT is made of. */
export interface BertModel {
  readonly name: string
  readonly description: string
  readonly words: readonly string[]
  /** `rank`: it scores pairs of texts; otherwise it embeds. */
  readonly pooling: keyof typeof POOLING
}

/** A small random BERT with WordPiece tokens that makes its result of the state of its first token. */
export function bertModel({ description, name, pooling, words }: BertModel): GgufPlan {
  const tokens = wordPieces(words)
  const matrix = randomFloats(11, 0.15)
  return {
    metadata: [
      ...generalMetadata({ architecture: 'bert', name, description, weights: 'F32' }),
      ...bertMetadata(pooling),
      ...wordPieceMetadata(tokens),
    ],
    tensors: [...bertTensors(tokens.length, matrix), ...(pooling === 'rank' ? scoreTensors(matrix) : [])],
  }
}

/** The state of the first token through one more layer, then to one number. */
function scoreTensors(matrix: MatrixMaker): GgufTensor[] {
  return [
    matrix('cls.weight', [WIDTH, WIDTH]),
    constantTensor('cls.bias', [WIDTH], 0),
    matrix('cls.output.weight', [WIDTH, 1]),
    constantTensor('cls.output.bias', [1], 0),
  ]
}

function bertMetadata(pooling: keyof typeof POOLING): MetadataEntry[] {
  return [
    ['bert.context_length', uint32(CONTEXT_LENGTH)],
    ['bert.embedding_length', uint32(WIDTH)],
    ['bert.block_count', uint32(LAYERS)],
    ['bert.feed_forward_length', uint32(FEED_FORWARD)],
    ['bert.attention.head_count', uint32(HEADS)],
    ['bert.attention.layer_norm_epsilon', float32(1e-12)],
    ['bert.attention.causal', flag(false)],
    ['bert.pooling_type', uint32(POOLING[pooling])],
  ]
}

/** llama.cpp marks the start of a word with U+2581 where the original WordPiece marks its continuation with ##. */
function wordPieces(words: readonly string[]): string[] {
  const tokens = new Set<string>(SPECIAL_TOKENS)
  for (let code = 0x21; code < 0x7f; code++) {
    const character = String.fromCharCode(code)
    tokens.add(`\u2581${character}`).add(character)
  }
  for (const word of words) tokens.add(`\u2581${word}`)
  return [...tokens]
}

function wordPieceMetadata(tokens: readonly string[]): MetadataEntry[] {
  const idOf = (token: (typeof SPECIAL_TOKENS)[number]) => uint32(tokens.indexOf(token))
  const kinds = tokens.map((_token, id) => TOKEN_KINDS[id < SPECIAL_TOKENS.length ? 'control' : 'normal'])
  return [
    ['tokenizer.ggml.model', text('bert')],
    ['tokenizer.ggml.pre', text('default')],
    ['tokenizer.ggml.token_type_count', uint32(2)],
    ['tokenizer.ggml.tokens', texts(tokens)],
    ['tokenizer.ggml.token_type', int32s(kinds)],
    ['tokenizer.ggml.padding_token_id', idOf('[PAD]')],
    ['tokenizer.ggml.unknown_token_id', idOf('[UNK]')],
    ['tokenizer.ggml.bos_token_id', idOf('[CLS]')],
    ['tokenizer.ggml.cls_token_id', idOf('[CLS]')],
    ['tokenizer.ggml.eos_token_id', idOf('[SEP]')],
    // The format's own spelling.
    ['tokenizer.ggml.seperator_token_id', idOf('[SEP]')],
    ['tokenizer.ggml.mask_token_id', idOf('[MASK]')],
    ['tokenizer.ggml.add_bos_token', flag(true)],
    ['tokenizer.ggml.add_eos_token', flag(true)],
  ]
}

function bertTensors(vocabularySize: number, matrix: MatrixMaker): GgufTensor[] {
  const tensors = [
    matrix('token_embd.weight', [WIDTH, vocabularySize]),
    matrix('token_types.weight', [WIDTH, 2]),
    matrix('position_embd.weight', [WIDTH, CONTEXT_LENGTH]),
    ...normTensors('token_embd_norm'),
  ]
  for (let layer = 0; layer < LAYERS; layer++) tensors.push(...layerTensors(`blk.${layer}.`, matrix))
  return tensors
}

function layerTensors(prefix: string, matrix: MatrixMaker): GgufTensor[] {
  const linear = (part: string, rowLength: number, rows: number) => [
    matrix(`${prefix}${part}.weight`, [rowLength, rows]),
    constantTensor(`${prefix}${part}.bias`, [rows], 0),
  ]
  return [
    ...['attn_q', 'attn_k', 'attn_v', 'attn_output'].flatMap((part) => linear(part, WIDTH, WIDTH)),
    ...normTensors(`${prefix}attn_output_norm`),
    ...linear('ffn_up', WIDTH, FEED_FORWARD),
    ...linear('ffn_down', FEED_FORWARD, WIDTH),
    ...normTensors(`${prefix}layer_output_norm`),
  ]
}

function normTensors(name: string): GgufTensor[] {
  return [constantTensor(`${name}.weight`, [WIDTH], 1), constantTensor(`${name}.bias`, [WIDTH], 0)]
}
