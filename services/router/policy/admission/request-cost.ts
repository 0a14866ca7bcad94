/** What is known of a request's size before it runs. */
export interface RequestSize {
  readonly bodyBytes: number
  /** The longest answer that the request allows, in tokens; undefined when it does not say. */
  readonly limitTokens: number | undefined
}

/** What a request took, in tokens of its model; those of the prompt without what was cached already. */
export interface RequestCost {
  readonly promptTokens: number
  readonly completionTokens: number
}

/** A rough guess for text of all languages with the JSON around it. What it gets wrong is put right afterwards. */
const BYTES_PER_TOKEN = 4
/** A larger body is one of pictures or files, not one of more text. */
const LARGEST_PROMPT_TOKENS = 100_000
/** Until the first answers of a model are counted. */
const FIRST_ANSWER_TOKENS = 256
/** Clients like to allow far more than they will get. Beyond this many answers of middle length no limit is believed. */
const BELIEVED_ANSWERS = 4

/** Tokens of a prompt in a body of this length, roughly. */
export const estimatePromptTokens = (bodyBytes: number): number =>
  Math.min(LARGEST_PROMPT_TOKENS, Math.ceil(bodyBytes / BYTES_PER_TOKEN))

/** A guess of what an answer will take. @param meanAnswerTokens of the last answers, where they were counted */
export const estimateAnswerTokens = (
  limitTokens: number | undefined,
  meanAnswerTokens = FIRST_ANSWER_TOKENS,
): number =>
  limitTokens === undefined
    ? meanAnswerTokens
    : Math.min(limitTokens, Math.ceil(meanAnswerTokens * BELIEVED_ANSWERS))

/** A guess of what a request will take. @param meanAnswerTokens of the last answers, where they were counted */
export const estimateTokens = ({ bodyBytes, limitTokens }: RequestSize, meanAnswerTokens?: number): number =>
  Math.max(
    1,
    Math.round(estimatePromptTokens(bodyBytes) + estimateAnswerTokens(limitTokens, meanAnswerTokens)),
  )
