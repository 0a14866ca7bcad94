import type { LoadDialect, LoadWish } from './load-dialect.ts'

/**
 * How a chat ended: `answered` whole; `cut`: its stream told of a typed failure; `refused`: with a typed error instead of
 * an answer; `wrong`: in no way that its dialect knows; `hung`: not within the time.
 */
export type LoadEnd = 'answered' | 'cut' | 'refused' | 'wrong' | 'hung'

export interface LoadChat {
  readonly dialect: LoadDialect['name']
  readonly isStream: boolean
  /** The node that answers, as the reply tells; undefined: there is no reply yet. */
  readonly node: string | undefined
  /** Bytes of the answer have come. */
  readonly hasBytes: boolean
  /** `x-skein-route` */
  readonly route: string
  readonly end: LoadEnd | undefined
  /** What came last, for who reads a failed test. */
  readonly lastWords: string
}

export interface AskedChat {
  /** Changes while it goes on. */
  readonly chat: LoadChat
  readonly ended: Promise<LoadChat>
}

const SHOWN_CHARACTERS = 400

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** Sends one chat and follows it to its end. */
export const askChat = (url: string, dialect: LoadDialect, wish: LoadWish, withinMs: number): AskedChat => {
  const chat: Mutable<LoadChat> = {
    dialect: dialect.name,
    isStream: wish.isStream,
    node: undefined,
    hasBytes: false,
    route: '',
    end: undefined,
    lastWords: '',
  }
  const follow = async (): Promise<LoadChat> => {
    const patience = AbortSignal.timeout(withinMs)
    try {
      const reply = await fetch(url + dialect.path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
        body: JSON.stringify(dialect.body(wish)),
        signal: patience,
        keepalive: false,
      })
      chat.node = reply.headers.get('x-skein-node') ?? undefined
      chat.route = reply.headers.get('x-skein-route') ?? ''
      const text = await readAll(reply, () => (chat.hasBytes = true))
      chat.lastWords = text.slice(-SHOWN_CHARACTERS)
      chat.end = endOf(reply.status, text, dialect, wish)
    } catch (error) {
      chat.lastWords += ` ${String(error)}`
      chat.end = patience.aborted ? 'hung' : 'wrong'
    }
    return chat
  }
  return { chat, ended: follow() }
}

const readAll = async (reply: Response, onBytes: () => void): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of reply.body ?? []) {
    onBytes()
    text += decoder.decode(chunk, { stream: true })
  }
  return text
}

const endOf = (status: number, text: string, dialect: LoadDialect, { isStream }: LoadWish): LoadEnd => {
  if (status !== 200) return dialect.isFault(JSON.parse(text)) ? 'refused' : 'wrong'
  const end = dialect.endOf(text, isStream)
  if (end === 'whole') return 'answered'
  return end === 'failed' && isStream ? 'cut' : 'wrong'
}
