import { Fault } from '@shared/fault/fault.ts'
import type { TextEngineDriver } from '@shared/inference/text-engine.ts'
import type { Log } from '@shared/log/create-log.ts'
import { findLlamaServer } from '../backends/find-llama-server.ts'
import { createLlamaServerEngineDriver } from './llama-server/llama-server-engine-driver.ts'
import { formattedTextEngineDriver } from './formatted-text-engine.ts'
import { createNodeLlamaEngineDriver } from './node-llama-cpp/node-llama-engine-driver.ts'

export interface DriverChoice {
  /** `auto` is node-llama-cpp: it comes with the install. */
  readonly engine: 'auto' | 'node-llama-cpp' | 'llama-server'
  /** Absolute path, or empty to look for one. */
  readonly llamaServerPath: string
  readonly skeinHome: string
  readonly accelerator: 'cpu' | 'auto'
  readonly log: Log
}

/** The engine that opens this node's models. @throws Fault saying how to get the one that is asked for and missing */
export const chooseDriver = async (choice: DriverChoice): Promise<TextEngineDriver> => {
  const { accelerator, log } = choice
  if (choice.engine !== 'llama-server')
    return formattedTextEngineDriver(createNodeLlamaEngineDriver({ accelerator, log }))
  const found = await findLlamaServer({ configuredPath: choice.llamaServerPath, skeinHome: choice.skeinHome })
  if (found === undefined) {
    throw new Fault(
      'invalid_request',
      'CHAT_ENGINE is llama-server, but there is none. Build it with `skein backends build llama-server`, or put one on PATH.',
    )
  }
  log.info({ path: found.path, origin: found.origin }, 'llama-server found')
  return formattedTextEngineDriver(
    createLlamaServerEngineDriver({ binaryPath: found.path, accelerator, log }),
  )
}
