import { readFile } from 'node:fs/promises'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import type { Command } from 'commander'
import { collectNames } from '../keys/key-wish.ts'
import { CommandFailure, EXIT_CODE } from '../terminal/command-failure.ts'
import { formatTable } from '../terminal/format-table.ts'
import { parseCount } from '../terminal/parse-number.ts'
import { printableText } from '../terminal/printable-text.ts'
import { PROGRAM } from '../terminal/program-name.ts'
import { connectNode, withExamples, withNodeOptions } from './command-context.ts'
import type { CommandContext, NodeOptions } from './command-context.ts'

/** One of GET /v1/externals */
const ExternalReply = Type.Object({
  id: Type.String(),
  name: Type.String(),
  url: Type.String(),
  product: Type.String(),
  version: Type.Union([Type.String(), Type.Null()]),
  state: Type.String(),
  reason: Type.Union([Type.String(), Type.Null()]),
  latency_ms: Type.Union([Type.Number(), Type.Null()]),
  models: Type.Array(Type.Object({ id: Type.String(), capabilities: Type.Array(Type.String()) })),
})
type ExternalReply = Static<typeof ExternalReply>

const ExternalList = Type.Object({ data: Type.Array(ExternalReply) })
const RemovedExternal = Type.Object({ id: Type.String(), name: Type.String(), deleted: Type.Boolean() })

interface AddOptions extends NodeOptions {
  readonly name?: string
  readonly kind?: string
  readonly key?: string
  readonly keyFile?: string
  readonly model?: readonly string[]
  readonly slots?: number
}

/** `skein external`: servers on other machines whose models this node offers. Bare: which there are. */
export const addExternalCommand = (program: Command, context: CommandContext): void => {
  const external = program
    .command('external')
    .description('models of other machines: Ollama, LM Studio, llama-server, MLX, vLLM, another Skein')
  const list = external
    .command('list', { isDefault: true })
    .alias('ls')
    .description('the machines, how they are doing and what they have')
  withNodeOptions(list).action((options: NodeOptions) => listExternals(options, context))
  withExamples(list, `${PROGRAM} external list`, `${PROGRAM} external list --json`)
  addAdd(external, context)
  addCheck(external, context)
  addRm(external, context)
}

const addAdd = (external: Command, context: CommandContext): void => {
  const add = external
    .command('add')
    .argument('<server>', 'its base URL')
    .description('offer the models of a server that speaks the API of OpenAI or Ollama')
    .option('--name <name>', 'what to call it; its host unless you say more')
    .option('--kind <kind>', 'auto, openai or ollama: what it speaks')
    .option('--key-file <file>', 'file with its key, where it asks for one')
    .option('--key <dash>', 'only -: its key is read from standard input')
    .option('--model <names>', 'only these of its models', collectNames)
    .option('--slots <n>', 'requests at the same time for each model', parseCount)
  withNodeOptions(add).action((server: string, options: AddOptions) => addExternal(server, options, context))
  withExamples(
    add,
    `${PROGRAM} external add http://studio.local:11434`,
    `${PROGRAM} external add http://10.0.0.7:1234 --name lmstudio --model qwen/qwen3-8b`,
    `${PROGRAM} external add https://llm.example --key-file llm.key`,
    `pass show llm | ${PROGRAM} external add https://llm.example --key -`,
  )
}

const addCheck = (external: Command, context: CommandContext): void => {
  const check = external
    .command('check')
    .argument('<machine>', 'its name or id')
    .description('look at a machine now')
  withNodeOptions(check).action((name: string, options: NodeOptions) => checkExternal(name, options, context))
  withExamples(check, `${PROGRAM} external check studio.local`)
}

const addRm = (external: Command, context: CommandContext): void => {
  const rm = external
    .command('rm')
    .argument('<machine>', 'its name or id')
    .description('offer the models of a machine no longer; the machine itself is left as it is')
  withNodeOptions(rm).action((name: string, options: NodeOptions) => removeExternal(name, options, context))
  withExamples(rm, `${PROGRAM} external rm studio.local`)
}

const addExternal = async (server: string, options: AddOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const apiKey = await readKey(options)
  const url = /^[a-z]+:\/\//i.test(server) ? server : `http://${server}`
  if (options.json !== true) terminal.note(`Looking at ${printableText(url)} …`)
  const { kind, model, name, slots } = options
  const added = await connectNode(options, context).call({
    method: 'POST',
    path: '/v1/externals',
    body: {
      url,
      ...(name === undefined ? {} : { name }),
      ...(kind === undefined ? {} : { kind }),
      ...(apiKey === undefined ? {} : { api_key: apiKey }),
      ...(model === undefined ? {} : { models: model }),
      ...(slots === undefined ? {} : { slots }),
    },
    reply: ExternalReply,
  })
  if (options.json) return terminal.print(JSON.stringify(added))
  terminal.print(`${printableText(added.name)} is added: ${describe(added)}`)
  if (added.models.length === 0)
    return terminal.note('It has no models yet; they come by themselves when it has.')
  terminal.print(
    formatTable(
      ['MODEL', 'CAN'],
      added.models.map(({ capabilities, id }) => [id, capabilities.join(', ')]),
    ),
  )
}

/** A key on a command line is in the history of the shell and in the list of processes. */
const readKey = async ({ key, keyFile }: AddOptions): Promise<string | undefined> => {
  if (key !== undefined && key !== '-')
    throw new CommandFailure('A key does not belong on a command line, where others can see it.', {
      nextStep:
        'Write it into a file that only you can read, and name that with --key-file; or send it to --key -.',
      exitCode: EXIT_CODE.usage,
    })
  if (key === '-' && keyFile !== undefined)
    throw new CommandFailure('There are two keys: --key - and --key-file.', { exitCode: EXIT_CODE.usage })
  if (key === '-') return checkKey(await new Response(Bun.stdin.stream()).text(), 'Standard input')
  if (keyFile === undefined) return undefined
  const text = await readFile(keyFile, 'utf8').catch((error: unknown) => {
    throw new CommandFailure(`The file ${printableText(keyFile)} cannot be read.`, { cause: error })
  })
  return checkKey(text, `The file ${printableText(keyFile)}`)
}

const checkKey = (text: string, where: string): string => {
  const key = text.trim()
  if (key !== '') return key
  throw new CommandFailure(`${where} has no key in it.`, { exitCode: EXIT_CODE.usage })
}

const listExternals = async (options: NodeOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const { data } = await connectNode(options, context).call({ path: '/v1/externals', reply: ExternalList })
  if (options.json) return terminal.print(JSON.stringify({ object: 'list', data }))
  if (data.length === 0)
    return terminal.print(`No external machines. ${PROGRAM} external add http://HOST:PORT adds one.`)
  terminal.print(formatTable(['MACHINE', 'URL', 'IS', 'STATE', 'MODELS'], data.map(rowOf)))
}

const rowOf = (external: ExternalReply): string[] => [
  external.name,
  external.url,
  productOf(external),
  external.state === 'up' ? `up, ${external.latency_ms ?? 0} ms` : external.state,
  external.models.map(({ id }) => id).join(', '),
]

const checkExternal = async (name: string, options: NodeOptions, context: CommandContext): Promise<void> => {
  const path = `/v1/externals/${encodeURIComponent(name)}/check`
  const external = await connectNode(options, context).call({ method: 'POST', path, reply: ExternalReply })
  if (options.json) context.terminal.print(JSON.stringify(external))
  else context.terminal.print(`${printableText(external.name)}: ${describe(external)}`)
  if (external.state === 'up') return
  throw new CommandFailure(
    `${printableText(external.name)} does not answer: ${printableText(external.reason ?? external.state)}`,
  )
}

const removeExternal = async (name: string, options: NodeOptions, context: CommandContext): Promise<void> => {
  const path = `/v1/externals/${encodeURIComponent(name)}`
  const removed = await connectNode(options, context).call({ method: 'DELETE', path, reply: RemovedExternal })
  context.terminal.print(
    options.json
      ? JSON.stringify(removed)
      : `${printableText(removed.name)} is removed, with its models and its key`,
  )
}

const describe = (external: ExternalReply): string => {
  const { latency_ms: latencyMs, models, state } = external
  const took = latencyMs === null ? '' : `, answers in ${latencyMs} ms`
  return printableText(`${productOf(external)} at ${external.url}, ${state}${took}, ${models.length} models`)
}

const productOf = ({ product, version }: ExternalReply): string =>
  version === null ? product : `${product} ${version}`
