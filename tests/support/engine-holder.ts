/** A process that opens a model with node-llama-cpp, writes its engine's process id, and answers without end. */
import { formattedTextEngineDriver } from '@service/chat/engines/formatted-text-engine.ts'
import { createNodeLlamaEngineDriver } from '@service/chat/engines/node-llama-cpp/node-llama-engine-driver.ts'
import { createLog } from '@shared/log/create-log.ts'
import { modelCardFor } from './model-card-for.ts'

const [path = ''] = process.argv.slice(2)
const driver = formattedTextEngineDriver(
  createNodeLlamaEngineDriver({ accelerator: 'cpu', log: createLog('test', 'silent') }),
)
const options = { contextTokens: 8192, slots: 1, threads: 1 }
const engine = await driver.load(await modelCardFor('held', path), options, AbortSignal.timeout(30_000))
const request = {
  model: engine.model,
  prompt: { type: 'text', text: 'one' },
  sampling: { temperature: 0 },
  stop: [],
} as const
for (;;) {
  for await (const event of engine.generate(request, AbortSignal.timeout(60_000))) {
    if (event.type === 'generation-start') process.stdout.write(`${engine.processId}\n`)
  }
}
