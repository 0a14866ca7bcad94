import { INSTANCE_HEADER } from '@shared/contracts/external-machine.ts'
import type { RemoteModelFacts } from '@shared/dialects/external/remote-model-facts.ts'
import {
  productOfEntries,
  readLmstudioModels,
  readOpenaiModels,
  remoteModelEntries,
} from '@shared/dialects/external/remote-openai-models.ts'
import { readOllamaTags } from '@shared/dialects/external/remote-ollama-models.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ProbedMachine } from '../features/externals/external.ts'
import type { MachineProbe, ProbeTarget } from '../features/externals/machine-probe.ts'
import { askMachine, wrongUrl } from './ask-machine.ts'
import type { Ask, MachineReply } from './ask-machine.ts'
import { listSkeinModels, showOllamaModels, withServerContext } from './list-machine-models.ts'

/** A first look may wake a server up; the later ones ask one that is awake. */
const FIRST_TIMEOUT_MS = 8000
const TIMEOUT_MS = 2000

/** Looks at servers over HTTP. @param instance this run of this node's service, so that no node is added to itself */
export const createHttpMachineProbe = (instance: string): MachineProbe => ({
  async probe(target, known, signal) {
    const door = {
      url: target.url,
      apiKey: target.apiKey,
      timeoutMs: known === undefined ? FIRST_TIMEOUT_MS : TIMEOUT_MS,
    }
    const ask: Ask = (path, body) =>
      askMachine(door, { path, ...(body === undefined ? {} : { body }) }, signal)
    if (known === undefined) return look(ask, target, instance)
    const models = await listAgain(ask, known, target)
    return models === undefined ? look(ask, target, instance) : { ...known, models }
  },
})

const look = async (ask: Ask, target: ProbeTarget, instance: string): Promise<ProbedMachine> => {
  const entries = checkListing(await ask('/v1/models'), target)
  const about = await optional(ask('/api/version'))
  const version = versionOf(about)
  const instanceThere = about?.headers.get(INSTANCE_HEADER) ?? null
  if (instanceThere === instance)
    throw wrongUrl(`${target.url} is this very node: its own models are there already. Name another machine.`)
  if (instanceThere !== null) return { product: 'skein', version, models: await listSkeinModels(ask) }
  const ollama = target.kind === 'openai' || version === null ? undefined : await lookAtOllama(ask, version)
  if (ollama !== undefined) return ollama
  if (target.kind !== 'ollama') return lookByListing(ask, entries)
  throw wrongUrl(`${target.url} does not speak the API of Ollama. Leave the kind out: it is found out then.`)
}

const lookAtOllama = async (ask: Ask, version: string): Promise<ProbedMachine | undefined> => {
  const tags = readOllamaTags((await optional(ask('/api/tags')))?.json)
  if (tags === undefined) return undefined
  return { product: 'ollama', version, models: await showOllamaModels(ask, tags, []) }
}

const lookByListing = async (ask: Ask, entries: Entries): Promise<ProbedMachine> => {
  const product = productOfEntries(entries)
  const models = readOpenaiModels(entries, product)
  if (product !== 'openai')
    return { product, version: null, models: await withServerContext(ask, product, models) }
  const lmstudio = readLmstudioModels((await optional(ask('/api/v0/models')))?.json)
  return lmstudio === undefined
    ? { product, version: null, models }
    : { product: 'lmstudio', version: null, models: lmstudio }
}

/** The models of a server that is known already; undefined: it is no longer what it was. */
const listAgain = async (
  ask: Ask,
  { models, product }: ProbedMachine,
  target: ProbeTarget,
): Promise<readonly RemoteModelFacts[] | undefined> => {
  switch (product) {
    case 'ollama': {
      const tags = readOllamaTags((await ask('/api/tags')).json)
      return tags === undefined ? undefined : showOllamaModels(ask, tags, models)
    }
    case 'lmstudio':
      return readLmstudioModels((await ask('/api/v0/models')).json)
    case 'skein':
      return listSkeinModels(ask)
    default: {
      const entries = checkListing(await ask('/v1/models'), target)
      if (productOfEntries(entries) !== product) return undefined
      return withServerContext(ask, product, readOpenaiModels(entries, product), models)
    }
  }
}

type Entries = NonNullable<ReturnType<typeof remoteModelEntries>>

const checkListing = ({ json, status }: MachineReply, { apiKey, url }: ProbeTarget): Entries => {
  if (status === 401 || status === 403) {
    const what =
      apiKey === undefined
        ? `${url} asks for a key. Give it one`
        : `${url} does not take this key. Give it another`
    throw new Fault('invalid_request', `${what}: 'api_key', or \`skein external add … --key-file FILE\`.`, {
      param: 'api_key',
    })
  }
  const entries = status === 200 ? remoteModelEntries(json) : undefined
  if (entries !== undefined) return entries
  throw wrongUrl(
    `${url} answers, but not like a server of OpenAI's or Ollama's API: GET /v1/models is ${status}${status === 200 ? ', and no list of models' : ''}. Look at its base URL.`,
  )
}

const versionOf = (reply: MachineReply | undefined): string | null => {
  const { json, status } = reply ?? {}
  const version = typeof json === 'object' && json !== null && 'version' in json ? json.version : undefined
  return status === 200 && typeof version === 'string' && /^[\w.+-]{1,64}$/.test(version) ? version : null
}

/** Not every server has every route; some break off at those that they do not know. */
const optional = (asking: Promise<MachineReply>): Promise<MachineReply | undefined> =>
  asking.catch(() => undefined)
