import type { RealNodePlan } from './real-node.ts'

/** Counts without end, as fast as the machine can: how long an answer takes is decided by `max_tokens`. */
export const PACED_MODEL = 'endless'

/** A node for many chats at once; without a model it passes all of them on. */
export const pacedNode = (name: string, hasModel: boolean): RealNodePlan => ({
  name,
  ...(hasModel ? { models: { [PACED_MODEL]: 'endless' } } : {}),
  environment: {
    SKEIN_LOG_LEVEL: 'warn',
    CHAT_SLOTS: '32',
    CHAT_CONTEXT_TOKENS: '512',
    CHAT_KEEP_ALIVE_MS: '-1',
    ROUTER_QUEUE_WAIT_MS: '110000',
  },
})
