import type { LoadChat } from './load-client.ts'
import type { KillStormReport } from './kill-under-load.ts'

/** What must not be: a chat in words, one line each. Empty: everything is as it must be. */
export const brokenPromises = (
  { chats, streamedThere }: KillStormReport,
  victim: string,
): readonly string[] => [
  ...chats.filter((chat) => !isKept(chat, victim)).map((chat) => `promise broken: ${inWords(chat)}`),
  ...streamedThere
    .filter(({ end }) => end !== 'cut' && end !== 'answered')
    .map((chat) => `no last words: ${inWords(chat)}`),
]

/** Answered, or cut off with the dialect's own words because the client had a part of it from the node that died. */
const isKept = ({ end, hasBytes, isStream, node }: LoadChat, victim: string): boolean =>
  end === 'answered' || (end === 'cut' && isStream && hasBytes && node === victim)

const inWords = ({ dialect, end, isStream, lastWords, node, route }: LoadChat): string =>
  `${dialect} ${isStream ? 'stream' : 'whole'} of ${node ?? 'nobody'} (${route}) ${end ?? ''}: ${lastWords}`

export const isRetried = ({ route }: LoadChat): boolean => route.includes('retried from')
