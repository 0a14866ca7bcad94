/** A request that waits 45 s in the queue, and one whose model takes 30 s to load, both succeed: no time-out cuts them. */
import { readFileSync, readdirSync } from 'node:fs'
import { createChatClient } from '@skein/tests/support/chat-client.ts'
import type { ChatClient } from '@skein/tests/support/chat-client.ts'
import { eventually } from '@skein/tests/support/eventually.ts'
import { startNode } from '@skein/tests/support/running-node.ts'
import type { RunningNode } from '@skein/tests/support/running-node.ts'
import type { Proof, ProofReport } from './proof.ts'

const QUEUE_MS = 45_000
const LOAD_MS = 30_000

export const provePatience: Proof = async (report) => {
  const node = await startNode({
    models: { endless: 'endless', 'known-answer': 'known-answer' },
    environment: { CHAT_SLOTS: '1' },
  })
  try {
    const client = createChatClient(node.url)
    await proveQueueWait(client, report)
    await proveSlowLoad(node, client, report)
  } finally {
    await node.stop()
  }
}

const proveQueueWait = async (client: ChatClient, report: ProofReport): Promise<void> => {
  const held = new AbortController()
  const holder = await client.chat('endless', { stream: true }, held.signal)
  await holder.body?.getReader().read()
  const startedAt = performance.now()
  const waiting = client.chat('endless', { max_tokens: 1 })
  await Bun.sleep(QUEUE_MS)
  held.abort()
  const response = await waiting
  report.figure(
    'waited in the queue',
    `${((performance.now() - startedAt) / 1000).toFixed(1)} s, answered ${response.status}`,
  )
  report.check('a request that waited 45 s was served', response.status === 200)
}

/** The engine's process is stopped as soon as it is there, and let go 30 s later: a load that really takes so long. */
const proveSlowLoad = async (node: RunningNode, client: ChatClient, report: ProofReport): Promise<void> => {
  const chatService = await node.serviceProcessId('chat')
  const before = new Set(childrenOf(chatService))
  const startedAt = performance.now()
  const asking = client.chat('known-answer', { max_tokens: 1 })
  let engine = 0
  await eventually('the engine of the second model is there', () => {
    engine = childrenOf(chatService).find((child) => !before.has(child)) ?? 0
    return engine > 0
  })
  process.kill(engine, 'SIGSTOP')
  await Bun.sleep(LOAD_MS)
  process.kill(engine, 'SIGCONT')
  const response = await asking
  report.figure(
    'load took',
    `${((performance.now() - startedAt) / 1000).toFixed(1)} s, answered ${response.status}`,
  )
  report.check('a request whose model loaded for 30 s was served', response.status === 200)
}

const childrenOf = (parent: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((processId) => parentOf(processId) === parent)

const parentOf = (processId: number): number => {
  try {
    const fields = readFileSync(`/proc/${processId}/stat`, 'utf8').split(') ')[1]?.split(' ')
    return Number(fields?.[1] ?? 0)
  } catch {
    // Gone between the listing and the reading.
    return 0
  }
}
