import colors from 'picocolors'
import type { FirstModel } from './first-model.ts'
import { PROGRAM } from '../terminal/program-name.ts'

export interface ReadyNode {
  readonly url: string
  /** For other machines, the likeliest first; none on loopback. */
  readonly lanUrls: readonly string[]
  /** Of the key that was just made, to be shown this once. */
  readonly firstKey: string | undefined
  /** Of a key for callers on this machine too. */
  readonly requiresKey: boolean
  readonly modelsDirectory: string
  readonly model: FirstModel | undefined
}

/** What a newcomer needs to know of a node that is ready: where it is, how to ask it, who answers. */
export const readyNotice = (node: ReadyNode): string =>
  [
    '',
    `${colors.bold('Skein is ready:')} ${colors.cyan(node.url)}`,
    ...lanLines(node),
    '',
    ...modelLines(node),
    '',
  ].join('\n')

const lanLines = ({ firstKey, lanUrls }: ReadyNode): readonly string[] => {
  // Opened to a network that is not there yet: the key is shown all the same, for it is shown this once.
  if (lanUrls.length === 0 && firstKey === undefined) return []
  const urls =
    lanUrls.length === 0
      ? 'From other machines, once this one has an address in your network'
      : `From other machines: ${lanUrls.map((url) => colors.cyan(url)).join(', ')}`
  if (firstKey === undefined) return [`${urls}, with a key (${PROGRAM} key list)`]
  return [`${urls}, with this key, which is shown only now:`, '', colors.bold(firstKey)]
}

/** As a shell takes it from the environment: a key does not belong into its history. */
const KEY_OPTION = ' -H "authorization: Bearer $SKEIN_API_KEY"'

const modelLines = ({ url, model, modelsDirectory, requiresKey }: ReadyNode): readonly string[] => {
  if (model === undefined)
    return [
      colors.yellow('There is no model yet.'),
      `Put GGUF files into ${modelsDirectory} and run: ${PROGRAM} scan`,
    ]
  const body = JSON.stringify({ model: model.id, messages: [{ role: 'user', content: 'Hello!' }] })
  const ask = [
    'Ask it:',
    `  curl ${url}/v1/chat/completions -H 'content-type: application/json'${requiresKey ? KEY_OPTION : ''} -d '${body}'`,
    '',
  ]
  if (!model.isTestModel)
    return [...ask, `${colors.bold(model.id)} answers. Every client of OpenAI takes ${url}/v1.`]
  return [
    ...ask,
    colors.yellow(
      `${model.id} answers: a test model with one fixed answer, written because no other was found.`,
    ),
    `For real answers put GGUF files into ${modelsDirectory} and run: ${PROGRAM} scan`,
  ]
}
