/** The process of one open model: takes orders over the channel to its parent, and ends with it. */
import { createRecentLines } from '@shared/process/recent-lines.ts'
import type { EngineOrder, LoadPlan } from './engine-messages.ts'
import { EngineWorker } from './engine-worker.ts'
import { loadFailureReason } from './load-failure.ts'
import { openModel } from './open-model.ts'
import { createReportOutbox } from './report-outbox.ts'

const LINES_KEPT = 50

const outbox = createReportOutbox((reports) => process.send?.(reports))
const engineLines = createRecentLines(LINES_KEPT)
let worker: EngineWorker | undefined

process.on('disconnect', () => process.exit(0))

process.on('message', (message) => {
  // Both ends of the channel are built from the same types.
  const order = message as EngineOrder
  if (order.type === 'load') void load(order.plan)
  else if (order.type === 'ping') outbox.push({ type: 'pong' })
  else worker?.take(order)
})

async function load(plan: LoadPlan): Promise<void> {
  try {
    const model = await openModel(plan, log)
    worker = new EngineWorker(model, plan, outbox)
    outbox.push({ type: 'ready', contextTokens: model.contextTokens })
  } catch (error) {
    // The engine's messages come from its threads: let those that are on their way arrive.
    await Bun.sleep(0)
    const fallback = error instanceof Error ? error.message : 'unknown reason'
    outbox.push({ type: 'failed', reason: loadFailureReason(engineLines.all(), fallback) })
  }
}

function log(level: string, message: string): void {
  for (const line of message.split('\n')) {
    if (line.trim() === '') continue
    engineLines.push(`[${level}] ${line}`)
    process.stderr.write(`[${level}] ${line}\n`)
  }
}
