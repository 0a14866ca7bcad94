import { eventually } from '../eventually.ts'
import { SeededRandom } from '../gguf/seeded-random.ts'
import { askChat } from './load-client.ts'
import type { AskedChat, LoadChat } from './load-client.ts'
import { LOAD_DIALECTS } from './load-dialect.ts'
import type { LoadWish } from './load-dialect.ts'
import type { RealNode } from './real-node.ts'

export interface Load {
  /** Where all chats come in. */
  readonly door: RealNode
  readonly model: string
  readonly chats: number
  /** Decides what is asked. */
  readonly seed: number
}

/** The seed also decides how far the answers are when the node is killed. */
export interface KillStorm extends Load {
  readonly victim: RealNode
}

export interface KillStormReport {
  readonly chats: readonly LoadChat[]
  /** Streams of the killed node of which the client had a part then. */
  readonly streamedThere: readonly LoadChat[]
  /** From the kill to the end of the last chat. */
  readonly settledMs: number
}

/** No chat may take longer, the wait in a queue included. */
const HUNG_AFTER_MS = 120_000
const FEWEST_TOKENS = 16
const MOST_TOKENS = 64

/** Sends all chats at once and waits for them. */
export const loadNodes = (load: Load): Promise<readonly LoadChat[]> =>
  Promise.all(askAll(load, new SeededRandom(load.seed)).map(({ ended }) => ended))

/** Sends all chats at once and kills a node when some of its streams have begun. */
export const killUnderLoad = async ({ victim, ...load }: KillStorm): Promise<KillStormReport> => {
  const random = new SeededRandom(load.seed)
  const asked = askAll(load, random)
  const atLeast = 4 + Math.floor(random.uniform() * 12)
  await eventually(
    `${atLeast} streams of ${victim.name} have begun`,
    () => streamingFrom(victim, asked).length >= atLeast,
    HUNG_AFTER_MS,
  )
  victim.kill()
  const killedAt = performance.now()
  const streamedThere = streamingFrom(victim, asked)
  const ended = await Promise.all(asked.map((one) => one.ended))
  return { chats: ended, streamedThere, settledMs: performance.now() - killedAt }
}

const askAll = ({ chats, door, model }: Load, random: SeededRandom): readonly AskedChat[] =>
  Array.from({ length: chats }, (_, at) => askOne(door, model, at, random))

const askOne = ({ url }: RealNode, model: string, at: number, random: SeededRandom): AskedChat => {
  const dialect = LOAD_DIALECTS[at % LOAD_DIALECTS.length] ?? LOAD_DIALECTS[0]
  const wish: LoadWish = {
    model,
    isStream: random.uniform() < 0.5,
    maxTokens: FEWEST_TOKENS + Math.floor(random.uniform() * (MOST_TOKENS - FEWEST_TOKENS)),
    text: `Story ${at} of ${seedWord(random)}`,
  }
  return askChat(url, dialect, wish, HUNG_AFTER_MS)
}

const seedWord = (random: SeededRandom): string => random.uint32().toString(36)

const streamingFrom = ({ name }: RealNode, asked: readonly AskedChat[]): readonly LoadChat[] =>
  asked.flatMap(({ chat }) =>
    chat.node === name && chat.isStream && chat.hasBytes && chat.end === undefined ? [chat] : [],
  )
