import { Fault } from '@shared/fault/fault.ts'
import { grammarFault } from '../../policy/parse-gbnf.ts'
import type { LlamaServerProcess } from './llama-server-process.ts'
import { createLoopWatch } from './loop-watch.ts'

/** A grammar in use. */
export interface GrammarUse {
  /** The refusal of a grammar with its reason; any other error as it is. */
  explain(error: unknown): Promise<unknown>
  leave(): void
}

/** Where answers under a grammar are watched over. */
export interface GrammarDesk {
  enter(gbnf: string): GrammarUse
}

/** The log and the reply come on different ways. */
const LOG_WITHIN_MS = 500

export const createGrammarDesk = (
  server: Pick<LlamaServerProcess, 'client' | 'close' | 'watchLines'>,
): GrammarDesk => {
  const loop = createLoopWatch(server.client, () => server.close())
  return {
    enter(gbnf) {
      const leaveLoop = loop.enter()
      const { promise: reason, resolve: hear } = Promise.withResolvers<string>()
      const unwatch = server.watchLines((line) => {
        const said = reasonIn(line)
        if (said !== undefined) hear(said)
      })
      return {
        async explain(error) {
          if (!(error instanceof Fault && error.message.includes('failed to parse grammar'))) return error
          const said = await Promise.race([reason, Bun.sleep(LOG_WITHIN_MS).then(() => undefined)])
          const isOurs = said !== undefined && isAbout(said, gbnf)
          return grammarFault(isOurs ? said.slice(0, 200) : 'it is not valid GBNF')
        },
        leave() {
          unwatch()
          leaveLoop()
        },
      }
    },
  }
}

/** The reply to a broken grammar holds no reason, the log does. */
const reasonIn = (line: string): string | undefined =>
  /parse: error parsing grammar: (.+)$/.exec(line)?.[1] ??
  / E (?:unsupported grammar, )?((?:left recursion|grammar does not contain).+)$/.exec(line)?.[1]

/** The reason quotes the grammar, and must not tell one client of another's. */
const isAbout = (reason: string, gbnf: string): boolean => {
  const quoted = /^expecting .+? at (.+)$/.exec(reason)?.[1] ?? /'([^']*)'$/.exec(reason)?.[1]
  return quoted === undefined || gbnf.includes(quoted)
}
