import { createExternalEngineDriver } from '@service/chat/engines/external/external-engine-driver.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { RemoteProduct } from '@shared/inference/remote-product.ts'
import { scriptedCard } from '../scripted-node.ts'
import { chunkOf, eventStream, openaiRoutes, openTestMachine } from './test-machine.ts'
import type { MachineAnswer, TestMachine } from './test-machine.ts'

/** The key of every machine here. */
export const KEY = 'sk-of-the-machine'

const opened: TestMachine[] = []

/** For `afterEach`. */
export const stopMachines = async (): Promise<void> => {
  await Promise.all(opened.splice(0).map((machine) => machine.stop()))
}

export interface ExternalSetup {
  readonly product?: RemoteProduct
  readonly slots?: number
  readonly quietMs?: number
  readonly card?: Partial<ModelCard>
}

/** An engine for a model of a machine that answers so. */
export const externalEngine = async (
  routes: Readonly<Record<string, MachineAnswer>>,
  { card = {}, product = 'openai', quietMs, slots = 8 }: ExternalSetup = {},
) => {
  const machine = openTestMachine({ ...openaiRoutes('There'), ...routes })
  opened.push(machine)
  const doubted: string[] = []
  const model = scriptedCard('here', { format: 'remote', source: 'external', ...card })
  const driver = createExternalEngineDriver(
    {
      find: async (id) => ({
        id,
        remoteName: 'There',
        machine: 'studio',
        product,
        externalId: 'ext_1',
        url: machine.url,
        apiKey: KEY,
        slots,
      }),
      doubt: (id) => void doubted.push(id),
    },
    quietMs === undefined ? {} : { quietMs },
  )
  const engine = await driver.load(
    model,
    { contextTokens: 1, slots: 1, threads: 1 },
    new AbortController().signal,
  )
  return { engine, machine, doubted }
}

export const CHAT = 'POST /v1/chat/completions'

/** A server that streams these chunks to everybody. */
export const answering = (...chunks: readonly unknown[]) => ({ [CHAT]: () => eventStream(...chunks) })

/** A chunk with a piece of a call. */
export const callPiece = (index: number, piece: object) => chunkOf({ tool_calls: [{ index, ...piece }] })
