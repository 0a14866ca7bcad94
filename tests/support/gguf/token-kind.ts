/** What `tokenizer.ggml.token_type` says of each token. */
export const TOKEN_KINDS = { normal: 1, unknown: 2, control: 3, byte: 6 } as const

export type TokenKind = keyof typeof TOKEN_KINDS
