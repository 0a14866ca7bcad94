import { readFile } from 'node:fs/promises'
import { doubtExternal, fetchExternalAccess } from '@shared/contracts/external-machine.ts'
import type { ServiceClient } from '@shared/contracts/service-client.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { ExternalTargets } from '../engines/external/external-target.ts'

/** The servers of other machines, as model-store knows them; their keys are read from its files. */
export const createModelStoreExternals = (store: ServiceClient, log: Log): ExternalTargets => ({
  async find(id, signal) {
    const { keyPath, name, remoteModel, ...access } = await fetchExternalAccess(store, id, signal)
    const apiKey = keyPath === null ? undefined : await readKey(keyPath, name)
    return { ...access, id, machine: name, remoteName: remoteModel, apiKey }
  },
  doubt(externalId) {
    doubtExternal(store, externalId).catch((error: unknown) =>
      log.debug({ err: error, externalId }, 'nobody could be told of a machine that cannot be reached'),
    )
  },
})

const readKey = async (path: string, name: string): Promise<string> => {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    throw new Fault(
      'unavailable',
      `The key of the external machine '${name}' cannot be read. Its owner has to remove it and add it again.`,
      { cause: error },
    )
  }
}
