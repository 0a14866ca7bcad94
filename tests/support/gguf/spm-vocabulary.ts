import { CHATML_TEMPLATE } from './chatml-template.ts'
import { flag, float32s, int32s, text, texts, uint32, type MetadataEntry } from './gguf-metadata.ts'
import { TOKEN_KINDS, type TokenKind } from './token-kind.ts'

const SPACE = '\u2581'

/** A SentencePiece vocabulary under construction; once made, read only. */
export class SpmVocabulary {
  readonly #ids = new Map<string, number>()
  readonly #kinds: TokenKind[] = []
  readonly #scores: number[] = []

  /**
   * Special tokens, all 256 bytes (so any text can be tokenised), printable ASCII, then `pieces`.
   * With each piece come all its beginnings, the longer with the higher score: SentencePiece merges neighbours by
   * score, so only a vocabulary closed under prefixes turns the text of a piece back into that piece.
   * `minimumSize` fills up with tokens that no text reaches.
   */
  constructor(pieces: readonly string[], minimumSize = 0) {
    this.#add('<unk>', 'unknown', 0)
    for (const special of ['<s>', '</s>']) this.#add(special, 'control', 0)
    for (let byte = 0; byte < 256; byte++) this.#add(byteToken(byte), 'byte', 0)
    for (const special of ['<|im_start|>', '<|im_end|>']) this.#add(special, 'control', 0)
    for (let code = 0x21; code < 0x7f; code++) this.#add(String.fromCharCode(code), 'normal', -1000)
    this.#add(SPACE, 'normal', -1000)
    for (const piece of pieces) this.#addWithBeginnings(piece)
    for (let index = 0; this.size < minimumSize; index++) {
      this.#add(`${SPACE}filler-${index.toString(36)}`, 'normal', -2000 - index)
    }
  }

  get size(): number {
    return this.#kinds.length
  }

  /** The end of a turn, and the end-of-sequence token of the models. */
  get endOfTurnId(): number {
    return this.idOf('<|im_end|>')
  }

  /** The id of a piece of text; throws when the vocabulary lacks it as one token. */
  idOf(piece: string): number {
    const id = this.#ids.get(piece.replaceAll(' ', SPACE))
    if (id === undefined) throw new Error(`The vocabulary has no token ${JSON.stringify(piece)}`)
    return id
  }

  /** The `tokenizer.*` entries, with the ChatML template. */
  metadata(): MetadataEntry[] {
    return [
      ['tokenizer.ggml.model', text('llama')],
      ['tokenizer.ggml.tokens', texts([...this.#ids.keys()])],
      ['tokenizer.ggml.scores', float32s(this.#scores)],
      ['tokenizer.ggml.token_type', int32s(this.#kinds.map((kind) => TOKEN_KINDS[kind]))],
      ['tokenizer.ggml.bos_token_id', uint32(this.idOf('<s>'))],
      ['tokenizer.ggml.eos_token_id', uint32(this.endOfTurnId)],
      ['tokenizer.ggml.unknown_token_id', uint32(this.idOf('<unk>'))],
      ['tokenizer.ggml.padding_token_id', uint32(this.idOf('</s>'))],
      ['tokenizer.ggml.add_bos_token', flag(false)],
      ['tokenizer.ggml.add_eos_token', flag(false)],
      ['tokenizer.ggml.add_space_prefix', flag(false)],
      ['tokenizer.chat_template', text(CHATML_TEMPLATE)],
    ]
  }

  #addWithBeginnings(piece: string): void {
    const characters = [...piece.replaceAll(' ', SPACE)]
    for (let length = 1; length <= characters.length; length++) {
      this.#add(characters.slice(0, length).join(''), 'normal', length - 100)
    }
  }

  #add(token: string, kind: TokenKind, score: number): void {
    if (this.#ids.has(token)) return
    this.#ids.set(token, this.size)
    this.#kinds.push(kind)
    this.#scores.push(score)
  }
}

/** The fallback token of one byte, such as `<0x0A>`. */
export function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`
}
