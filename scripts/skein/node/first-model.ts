import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeTestModel } from '@skein/tests/support/gguf/test-models.ts'
import type { NodeClient } from '../client/node-client.ts'
import { ChatModelList, ScanReport } from '../client/node-replies.ts'

/** File name of the test model, and so its id. */
const TEST_MODEL_ID = 'skein-test-model'

export interface FirstModel {
  readonly id: string
  /** It gives one fixed answer. */
  readonly isTestModel: boolean
}

/** The model to show to a newcomer: a real one if there is any; undefined when the node has none that chats. */
export const findFirstModel = async (
  client: NodeClient,
  signal: AbortSignal,
): Promise<FirstModel | undefined> => {
  const { data } = await client.call({ path: '/v1/models', reply: ChatModelList, signal })
  const able = data.filter(({ capabilities }) => capabilities?.completion_chat ?? true)
  const chosen = able.find(({ id }) => id !== TEST_MODEL_ID) ?? able[0]
  return chosen === undefined ? undefined : { id: chosen.id, isTestModel: chosen.id === TEST_MODEL_ID }
}

/**
 * Sees to it that the first chat on a new node works offline: where no model is found, not even by a fresh look, the
 * tiny test model is written into the models directory.
 */
export const ensureFirstModel = async (
  client: NodeClient,
  modelsDirectory: string,
  signal: AbortSignal,
): Promise<FirstModel | undefined> => {
  const known = await findFirstModel(client, signal)
  if (known !== undefined) return known
  const scan = () =>
    client.call({ method: 'POST', path: '/models/scan', body: {}, reply: ScanReport, signal })
  await scan()
  const found = await findFirstModel(client, signal)
  if (found !== undefined) return found
  await mkdir(modelsDirectory, { recursive: true })
  await writeTestModel('known-answer', join(modelsDirectory, `${TEST_MODEL_ID}.gguf`))
  await scan()
  return findFirstModel(client, signal)
}
