import colors from 'picocolors'
import type { FirstModel } from './first-model.ts'
import { PROGRAM } from '../terminal/program-name.ts'

export interface ReadyNode {
  readonly url: string
  readonly modelsDirectory: string
  readonly model: FirstModel | undefined
}

/** What a newcomer needs to know of a node that is ready: where it is, how to ask it, who answers. */
export const readyNotice = (node: ReadyNode): string =>
  ['', `${colors.bold('Skein is ready:')} ${colors.cyan(node.url)}`, '', ...modelLines(node), ''].join('\n')

const modelLines = ({ url, model, modelsDirectory }: ReadyNode): readonly string[] => {
  if (model === undefined)
    return [
      colors.yellow('There is no model yet.'),
      `Put GGUF files into ${modelsDirectory} and run: ${PROGRAM} scan`,
    ]
  const body = JSON.stringify({ model: model.id, messages: [{ role: 'user', content: 'Hello!' }] })
  const ask = [
    'Ask it:',
    `  curl ${url}/v1/chat/completions -H 'content-type: application/json' -d '${body}'`,
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
