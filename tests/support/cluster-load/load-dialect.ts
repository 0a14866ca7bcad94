import type { WireJson } from '../wire-json.ts'

/** How one of the chat dialects asks, ends an answer and tells of a failure. */
export interface LoadDialect {
  readonly name: 'openai' | 'anthropic' | 'ollama'
  readonly path: string
  body(wish: LoadWish): object
  /** Whether a body with status 200 is a whole answer, a stream that tells of a typed failure, or neither. */
  endOf(text: string, isStream: boolean): 'whole' | 'failed' | 'neither'
  /** Whether the body of a refusal is the dialect's own envelope. */
  isFault(body: WireJson): boolean
}

export interface LoadWish {
  readonly model: string
  readonly isStream: boolean
  readonly maxTokens: number
  readonly text: string
}

const messagesOf = ({ text }: LoadWish) => [{ role: 'user', content: text }]

/** The objects of server-sent data lines, without the mark of the end. */
const sseObjects = (text: string): readonly WireJson[] =>
  text.split('\n').flatMap((line) => {
    if (!line.startsWith('data: ') || line === 'data: [DONE]') return []
    return [JSON.parse(line.slice('data: '.length))]
  })

const lineObjects = (text: string): readonly WireJson[] =>
  text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))

const ending = (
  objects: readonly WireJson[],
  isFault: (body: WireJson) => boolean,
  isEnd: (body: WireJson) => boolean,
) => {
  if (objects.some(isFault)) return 'failed'
  return objects.some(isEnd) ? 'whole' : 'neither'
}

const openaiFault = (body: WireJson): boolean =>
  typeof body.error?.message === 'string' && typeof body.error.type === 'string'

const openai: LoadDialect = {
  name: 'openai',
  path: '/v1/chat/completions',
  body: (wish) => ({
    model: wish.model,
    stream: wish.isStream,
    max_tokens: wish.maxTokens,
    messages: messagesOf(wish),
  }),
  endOf: (text, isStream) =>
    isStream
      ? ending(sseObjects(text), openaiFault, ({ choices }) => choices?.[0]?.finish_reason === 'length')
      : ending([JSON.parse(text)], openaiFault, ({ choices }) => choices?.[0]?.finish_reason === 'length'),
  isFault: openaiFault,
}

const anthropicFault = (body: WireJson): boolean =>
  body.type === 'error' && typeof body.error?.message === 'string' && typeof body.error.type === 'string'

const anthropic: LoadDialect = {
  name: 'anthropic',
  path: '/v1/messages',
  body: (wish) => ({
    model: wish.model,
    stream: wish.isStream,
    max_tokens: wish.maxTokens,
    messages: messagesOf(wish),
  }),
  endOf: (text, isStream) =>
    isStream
      ? ending(sseObjects(text), anthropicFault, ({ type }) => type === 'message_stop')
      : ending([JSON.parse(text)], anthropicFault, (body) => body.stop_reason === 'max_tokens'),
  isFault: anthropicFault,
}

const ollamaFault = (body: WireJson): boolean => typeof body.error === 'string'

const ollama: LoadDialect = {
  name: 'ollama',
  path: '/api/chat',
  body: (wish) => ({
    model: wish.model,
    stream: wish.isStream,
    options: { num_predict: wish.maxTokens },
    messages: messagesOf(wish),
  }),
  endOf: (text) => ending(lineObjects(text), ollamaFault, ({ done }) => done === true),
  isFault: ollamaFault,
}

export const LOAD_DIALECTS = [openai, anthropic, ollama] as const
