/** 1,000 requests at once for a model with two slots: every one is served, or refused with a reason; nothing is lost. */
import { createChatClient } from '@skein/tests/support/chat-client.ts'
import { startNode } from '@skein/tests/support/running-node.ts'
import type { Proof } from './proof.ts'

const REQUESTS = 1000

export const proveQueue: Proof = async (report) => {
  const node = await startNode({
    environment: { CHAT_SLOTS: '2', ROUTER_QUEUE_LIMIT: String(REQUESTS), SKEIN_LOG_LEVEL: 'warn' },
  })
  try {
    const client = createChatClient(node.url)
    await (await client.chat('known-answer')).text()
    const startedAt = performance.now()
    let done = 0
    const statuses = await Promise.all(
      Array.from({ length: REQUESTS }, async () => {
        const response = await client.chat('known-answer')
        await response.text()
        done += 1
        if (done % 100 === 0) report.progress(done, REQUESTS)
        return response.status
      }),
    )
    report.figure('time', `${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
    report.figure('served', String(statuses.filter((status) => status === 200).length))
    report.check(
      'all 1,000 were served',
      statuses.every((status) => status === 200),
    )
    const { queue } = (await (await fetch(`${node.url}/status`)).json()) as {
      queue: { waiting: number; running: number }
    }
    report.check('the queue is empty again', queue.waiting === 0 && queue.running === 0)
  } finally {
    await node.stop()
  }
}
