import type { Command } from 'commander'
import { streamAnswer } from '../client/stream-answer.ts'
import { CommandFailure, EXIT_CODE } from '../terminal/command-failure.ts'
import { parseCount, parseDecimal, parseInteger } from '../terminal/parse-number.ts'
import { printableText } from '../terminal/printable-text.ts'
import { cancelOnSignal } from './cancel-on-signal.ts'
import { connectNode, withExamples, withNodeOptions } from './command-context.ts'
import type { CommandContext, NodeOptions } from './command-context.ts'
import { PROGRAM } from '../terminal/program-name.ts'

interface RunOptions extends NodeOptions {
  readonly system?: string
  readonly temperature?: number
  readonly maxTokens?: number
  readonly seed?: number
}

const CHAT_PATH = '/v1/chat/completions'

/** `skein run MODEL PROMPT`: one question, its answer as it comes. */
export const addRunCommand = (program: Command, context: CommandContext): void => {
  const command = program
    .command('run')
    .argument('<model>')
    .argument('[prompt...]', "the question; '-' or nothing: standard input")
    .description('ask a model; the answer streams to standard output')
    .option('--system <text>', 'what the model is told before the question')
    .option('--temperature <number>', '0 always takes the likeliest word', parseDecimal)
    .option('--max-tokens <n>', 'longest answer', parseCount)
    .option('--seed <n>', 'makes chance repeatable', parseInteger)
  withNodeOptions(command).action((model: string, prompt: readonly string[], options: RunOptions) =>
    runPrompt({ model, prompt: prompt.join(' ') }, options, context),
  )
  withExamples(
    command,
    `${PROGRAM} run skein-test-model "Hello!"`,
    `git diff | ${PROGRAM} run my-model --system "Write a commit message."`,
    `${PROGRAM} run my-model "Why is the sky blue?" --max-tokens 200 --json`,
  )
}

const runPrompt = async (
  asked: { readonly model: string; readonly prompt: string },
  options: RunOptions,
  context: CommandContext,
): Promise<void> => {
  const { terminal } = context
  const question = ['', '-'].includes(asked.prompt) ? await Bun.stdin.text() : asked.prompt
  if (question.trim() === '') throw new CommandFailure('There is no prompt.', { exitCode: EXIT_CODE.usage })
  const signal = cancelOnSignal()
  const client = connectNode(options, context)
  const body = chatBody(asked.model, question, options)
  if (options.json) return terminal.print(await (await client.open(CHAT_PATH, body, signal)).text())
  const response = await client.open(CHAT_PATH, { ...body, stream: true }, signal)
  for await (const text of streamAnswer(response)) {
    terminal.write(terminal.isInteractive ? printableText(text) : text)
  }
  terminal.write('\n')
}

const chatBody = (model: string, question: string, options: RunOptions) => ({
  model,
  messages: [
    ...(options.system === undefined ? [] : [{ role: 'system', content: options.system }]),
    { role: 'user', content: question },
  ],
  temperature: options.temperature,
  max_tokens: options.maxTokens,
  seed: options.seed,
})
