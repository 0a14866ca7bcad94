import { createExternalEngineDriver } from '@service/chat/engines/external/external-engine-driver.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { EngineLoadOptions, TextEngineDriver } from '@shared/inference/text-engine.ts'
import { startChildProcess } from '@shared/process/child-process.ts'
import { eventually } from '../eventually.ts'
import { freePort } from '../free-port.ts'

/** A driver for files whose engines are external ones: each model is served by a llama-server at a port of its own. */
export const createServedModelDriver = (binaryPath: string): TextEngineDriver => ({
  name: 'external',
  version: () => Promise.resolve('1'),
  estimateBytes: () => 0,
  async load(card, options, signal) {
    const contextLength = Math.min(options.contextTokens, card.shape.contextLength)
    const port = freePort()
    const url = `http://127.0.0.1:${port}`
    const server = startChildProcess({
      command: [binaryPath, ...argumentsFor(card, options), '--host', '127.0.0.1', '--port', String(port)],
      environment: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' },
      onLine: () => undefined,
    })
    try {
      await eventually('the server has its model', () => isHealthy(url, signal), 20_000)
    } catch (error) {
      await server.stop(1000)
      throw error
    }
    const driver = createExternalEngineDriver({
      find: async (id) => ({
        id,
        remoteName: card.id,
        machine: 'server',
        product: 'llama-server',
        externalId: 'ext_1',
        url,
        apiKey: undefined,
        slots: options.slots,
      }),
      doubt: () => undefined,
    })
    const engine = await driver.load({ ...card, shape: { ...card.shape, contextLength } }, options, signal)
    return {
      ...engine,
      async close() {
        await engine.close()
        await server.stop(2000)
      },
    }
  },
})

const argumentsFor = ({ capabilities, path }: ModelCard, options: EngineLoadOptions): readonly string[] => [
  '--model',
  path,
  '--ctx-size',
  String(options.contextTokens * options.slots),
  '--parallel',
  String(options.slots),
  '--threads',
  String(options.threads),
  '--gpu-layers',
  '0',
  '--jinja',
  ...purposeFlags(capabilities, String(options.contextTokens)),
]

/** Embeddings and scores are computed in one batch; short ones let an abort take effect soon. */
const purposeFlags = (capabilities: ModelCard['capabilities'], context: string): readonly string[] => {
  if (capabilities.includes('chat')) return ['--batch-size', '128', '--ubatch-size', '128', '--no-kv-unified']
  const purpose = capabilities.includes('rerank') ? '--rerank' : '--embeddings'
  return [purpose, '--kv-unified', '--batch-size', context, '--ubatch-size', context]
}

const isHealthy = async (url: string, signal: AbortSignal): Promise<boolean> => {
  signal.throwIfAborted()
  const response = await fetch(`${url}/health`).catch(() => undefined)
  return response?.ok === true
}
