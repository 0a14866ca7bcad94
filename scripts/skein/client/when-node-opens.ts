import { pause, systemClock } from '@shared/process/clock.ts'
import { CommandFailure } from '../terminal/command-failure.ts'
import type { NodeClient } from './node-client.ts'
import { NodeStatus } from './node-replies.ts'

const LOOK_EVERY_MS = 50
const KNOWS_SERVICES_WITHIN_MS = 15_000

/**
 * Waits until the router of a node that just started knows all its services.
 * @throws CommandFailure what the node says instead
 */
export const whenNodeOpens = async (client: NodeClient, signal: AbortSignal): Promise<void> => {
  const deadline = performance.now() + KNOWS_SERVICES_WITHIN_MS
  for (;;) {
    signal.throwIfAborted()
    const { services = [] } = await client.call({ path: '/status', reply: NodeStatus, signal })
    const missing = services.filter(({ state }) => state !== 'up').map(({ name }) => name)
    if (missing.length === 0) return
    if (performance.now() > deadline)
      throw new CommandFailure(`The router does not reach ${missing.join(' and ')}.`)
    await pause(systemClock, LOOK_EVERY_MS, signal)
  }
}
