import { CHATML_TEMPLATE } from './chatml-template.ts'
import { flag, int32s, text, texts, uint32, type MetadataEntry } from './gguf-metadata.ts'
import { TOKEN_KINDS } from './token-kind.ts'

const SPECIAL_TOKENS = ['<|im_start|>', '<|im_end|>', '<|endoftext|>'] as const

/** A GPT-2 byte-level BPE vocabulary: all bytes, merges that build the given words, ChatML's special tokens. */
export class BpeVocabulary {
  readonly #tokens = new Set(byteCharacters())
  readonly #merges: string[] = []

  constructor(words: readonly string[]) {
    for (const word of words) this.#addMerges(word)
    for (const special of SPECIAL_TOKENS) this.#tokens.add(special)
  }

  get size(): number {
    return this.#tokens.size
  }

  /** The `tokenizer.*` entries, with the ChatML template. */
  metadata(): MetadataEntry[] {
    const tokens = [...this.#tokens]
    const kinds = tokens.map((_token, id) => (id < this.size - SPECIAL_TOKENS.length ? 'normal' : 'control'))
    return [
      ['tokenizer.ggml.model', text('gpt2')],
      ['tokenizer.ggml.pre', text('gpt-2')],
      ['tokenizer.ggml.tokens', texts(tokens)],
      ['tokenizer.ggml.token_type', int32s(kinds.map((kind) => TOKEN_KINDS[kind]))],
      ['tokenizer.ggml.merges', texts(this.#merges)],
      ['tokenizer.ggml.bos_token_id', uint32(tokens.indexOf('<|endoftext|>'))],
      ['tokenizer.ggml.eos_token_id', uint32(tokens.indexOf('<|im_end|>'))],
      ['tokenizer.ggml.padding_token_id', uint32(tokens.indexOf('<|endoftext|>'))],
      ['tokenizer.ggml.add_bos_token', flag(false)],
      ['tokenizer.chat_template', text(CHATML_TEMPLATE)],
    ]
  }

  /** One merge per letter, from the left: `h e`, `he l`, `hel l`, … */
  #addMerges(word: string): void {
    const characters = [...spelledInBytes(word)]
    let built = characters[0] ?? ''
    for (const character of characters.slice(1)) {
      if (!this.#tokens.has(built + character)) {
        this.#merges.push(`${built} ${character}`)
        this.#tokens.add(built + character)
      }
      built += character
    }
  }
}

function spelledInBytes(word: string): string {
  const characters = byteCharacters()
  return Array.from(new TextEncoder().encode(word), (byte) => characters[byte]).join('')
}

/** GPT-2's printable stand-in for every byte: itself where it prints, else a character from 256 on. */
function byteCharacters(): string[] {
  let standIn = 256
  return Array.from({ length: 256 }, (_unused, byte) => {
    const isPrintable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad)
    return String.fromCodePoint(isPrintable ? byte : standIn++)
  })
}
