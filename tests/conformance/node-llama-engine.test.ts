import { createNodeLlamaEngineDriver } from '@service/chat/engines/node-llama-cpp/node-llama-engine-driver.ts'
import { createLog } from '@shared/log/create-log.ts'
import { describeTextEngine } from './text-engine.conformance.ts'

describeTextEngine('node-llama-cpp', () =>
  createNodeLlamaEngineDriver({ accelerator: 'cpu', log: createLog('test', 'silent') }),
)
