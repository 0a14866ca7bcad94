import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openChatTemplate } from '@service/chat/engines/node-llama-cpp/chat-template.ts'
import { templateMessages, templateTools } from '@service/chat/engines/template-messages.ts'
import { CALL_PROBE, QUESTION_PROBE, endProbe } from '@service/chat/policy/chat-format/chat-probes.ts'
import { detectChatFormat, reasoningStartOf } from '@service/chat/policy/chat-format/detect-chat-format.ts'
import type { ChatPrompt } from '@shared/inference/generate-request.ts'
import { REPOSITORY } from '../../../../../support/source-files.ts'

/** The templates that come with llama.cpp, which node-llama-cpp brings as a bundle of git. */
let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'skein-templates-'))
  const bundle = join(REPOSITORY, 'services/chat/node_modules/node-llama-cpp/llama/gitRelease.bundle')
  const commands = [
    ['git', 'clone', '--quiet', '--no-checkout', bundle, directory],
    ['git', '-C', directory, 'checkout', '--quiet', 'HEAD', '--', 'models/templates'],
  ]
  for (const command of commands) expect(await Bun.spawn(command, { stderr: 'ignore' }).exited).toBe(0)
}, 60_000)

afterAll(() => rm(directory, { recursive: true, force: true }))

const detected = (source: string): string => {
  const template = openChatTemplate(source, { bos_token: '<s>', eos_token: '</s>' })
  const render = ({ messages, tools = [], reasoning }: ChatPrompt): string | undefined => {
    try {
      const variables = reasoning === undefined ? {} : { enable_thinking: reasoning.isEnabled }
      const chat = {
        messages: (form: 'object' | 'string') => templateMessages(messages, form),
        tools: templateTools(tools),
        variables,
      }
      return template?.render(chat)
    } catch {
      return undefined
    }
  }
  const format = detectChatFormat(source, { question: render(QUESTION_PROBE), call: render(CALL_PROBE) })
  const { reasoning } = format
  const starts = [true, false].map((isEnabled) =>
    reasoning === undefined
      ? ''
      : reasoningStartOf(
          reasoning,
          render(endProbe({ type: 'chat', messages: [], reasoning: { isEnabled } })),
        ),
  )
  const calls = format.areToolsNative ? format.calls.name : `generic ${format.calls.name}`
  return reasoning === undefined ? calls : `${calls}, ${reasoning.open} ${starts.join('/')}`
}

/** Calls, marker of reasoning, and how the answer begins with reasoning on and off. */
const EXPECTED: Readonly<Record<string, string>> = {
  'Apertus-8B-Instruct': 'generic hermes',
  'Apriel-1.6-15b-Thinker-fixed': 'generic hermes',
  'Bielik-11B-v3.0-Instruct': 'hermes, <think> open/maybe',
  'ByteDance-Seed-OSS': 'generic hermes, <seed:think> maybe/maybe',
  Cohere2MoE: 'command, <|START_THINKING|> open/open',
  'CohereForAI-c4ai-command-r-plus-tool_use': 'generic hermes',
  'CohereForAI-c4ai-command-r7b-12-2024-tool_use': 'command, <|START_THINKING|> maybe/none',
  'GLM-4.6': 'glm, <think> maybe/none',
  'GLM-4.7-Flash': 'glm, <think> open/none',
  'GigaChat3-10B-A1.8B': 'generic hermes',
  'GigaChat3.1-10B-A1.8B': 'gigachat',
  'HuggingFaceTB-SmolLM3-3B': 'generic hermes, <think> maybe/none',
  'Kimi-K2-Instruct': 'generic hermes',
  'Kimi-K2-Thinking': 'generic hermes, <think> maybe/maybe',
  'Kimi-K3': 'generic hermes',
  'LFM2-8B-A1B': 'generic hermes',
  'LFM2.5-8B-A1B': 'generic hermes, <think> maybe/maybe',
  'LFM2.5-Instruct': 'generic hermes, <think> maybe/maybe',
  'MiMo-VL': 'hermes',
  'MiniMax-M1': 'minimax-m1',
  'MiniMax-M2': 'minimax, <think> open/open',
  'MiniMax-M3': 'generic hermes',
  'Mistral-Small-3.2-24B-Instruct-2506': 'mistral-named',
  'NVIDIA-Nemotron-3-Nano-30B-A3B-BF16': 'qwen-coder, <think> open/none',
  'NVIDIA-Nemotron-Nano-v2': 'nemotron, <think> open/open',
  'NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use': 'hermes',
  'NousResearch-Hermes-3-Llama-3.1-8B-tool_use': 'hermes',
  'Qwen-QwQ-32B': 'hermes, <think> open/none',
  'Qwen-Qwen2.5-7B-Instruct': 'hermes',
  'Qwen-Qwen3-0.6B': 'hermes, <think> maybe/none',
  'Qwen3-Coder': 'qwen-coder',
  'Qwen3.5-4B': 'qwen-coder, <think> open/none',
  'Reka-Edge': 'hermes, <think> open/maybe',
  'Spark2.5': 'glm, <think> open/none',
  'StepFun3.5-Flash': 'qwen-coder, <think> open/open',
  'deepseek-ai-DeepSeek-R1-Distill-Llama-8B': 'generic hermes, <think> open/open',
  'deepseek-ai-DeepSeek-R1-Distill-Qwen-32B': 'generic hermes, <think> open/none',
  'deepseek-ai-DeepSeek-V3.1': 'generic hermes, <think> open/none',
  'deepseek-ai-DeepSeek-V3.2': 'generic hermes, <think> open/none',
  'deepseek-ai-DeepSeek-V4-Flash-0731': 'generic hermes, <think> open/none',
  'deepseek-ai-DeepSeek-V4': 'generic hermes, <think> open/none',
  'fireworks-ai-llama-3-firefunction-v2': 'generic hermes',
  'google-gemma-2-2b-it': 'generic hermes',
  'google-gemma-4-31B-it-interleaved': 'generic hermes',
  'google-gemma-4-31B-it': 'generic hermes',
  'ibm-granite-granite-3.3-2B-Instruct': 'generic hermes, <think> maybe/maybe',
  'ibm-granite-granite-4.0': 'hermes',
  'ibm-granite-granite-4.1': 'hermes',
  'inclusionai-ling-3.0-flash': 'glm, <think> open/none',
  'llama-cpp-deepseek-r1': 'deepseek-r1, <think> open/open',
  'llama-cpp-rwkv-world': 'generic hermes, <think> open/none',
  'meetkai-functionary-medium-v3.1': 'functionary',
  'meetkai-functionary-medium-v3.2': 'generic hermes',
  'meta-llama-Llama-3.1-8B-Instruct': 'llama',
  'meta-llama-Llama-3.2-3B-Instruct': 'llama',
  'meta-llama-Llama-3.3-70B-Instruct': 'llama',
  'microsoft-Phi-3.5-mini-instruct': 'generic hermes',
  'mistralai-Ministral-3-14B-Reasoning-2512': 'mistral-named, [THINK] maybe/maybe',
  'mistralai-Mistral-Nemo-Instruct-2407': 'mistral',
  'moonshotai-Kimi-K2': 'kimi',
  'muse-glimmer': 'generic hermes',
  'openai-gpt-oss-120b': 'harmony',
  'openbmb-MiniCPM5-1B': 'generic hermes, <think> open/none',
  'poolside-Laguna-S-2.1': 'glm, <think> open/none',
  'poolside-Laguna-XS-2.1': 'glm, <think> open/none',
  'poolside-Laguna-XS.2': 'glm, <think> open/none',
  'tencent-Hy3': 'generic hermes',
  'unsloth-Apriel-1.5': 'generic hermes, <thinking> maybe/maybe',
  'unsloth-mistral-Devstral-Small-2507': 'mistral-named',
  'upstage-Solar-Open-100B': 'generic hermes',
}

test('knows the form of every template that comes with llama.cpp', async () => {
  const folder = join(directory, 'models/templates')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jinja')).toSorted()
  const found: Record<string, string> = {}
  for (const name of names)
    found[name.replace('.jinja', '')] = detected(await Bun.file(join(folder, name)).text())
  expect(found).toEqual(EXPECTED)
}, 30_000)

test('a model without a template is asked in words', () => {
  expect(detectChatFormat('', { question: undefined, call: undefined })).toMatchObject({
    areToolsNative: false,
    calls: { name: 'hermes' },
  })
})

test('a template that leaves out the results of calls knows no tools', () => {
  const question = 'skeintool skeinquestion\nmodel: '
  const call = `${question}<tool_call>{"name": "skeintool", "arguments": {"skeinkey": "skeinvalue"}}</tool_call>`
  expect(detectChatFormat('', { question, call }).areToolsNative).toBe(false)
  expect(detectChatFormat('', { question, call: `${call} skeinresult` })).toMatchObject({
    areToolsNative: true,
    calls: { name: 'hermes' },
  })
})
