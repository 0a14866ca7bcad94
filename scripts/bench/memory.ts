/** Resident memory of each process of a node, idle and with the 0.5B model open, against llama.cpp's own server. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createChatClient } from '@skein/tests/support/chat-client.ts'
import { writeTestModel } from '@skein/tests/support/gguf/test-models.ts'
import { startNode } from '@skein/tests/support/running-node.ts'
import { residentMegabytes } from './resident-megabytes.ts'
import { startBaselineServer } from './start-baseline-server.ts'
import { streamCompletion } from './stream-completion.ts'

const MODEL = 'bench'
const SERVICES = ['router', 'chat', 'model-store'] as const

export const benchMemory = async (llamaServerPath: string): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const path = join(directory, `${MODEL}.gguf`)
  await writeTestModel('bench-0.5b', path)
  const options = { contextTokens: 1024, slots: 4, threads: '1' }
  const server = await startBaselineServer(llamaServerPath, path, { ...options, directory })
  const node = await startNode({
    models: {},
    prepare: (models) => Bun.write(join(models, `${MODEL}.gguf`), Bun.file(path)).then(() => undefined),
    environment: { CHAT_SLOTS: '4', CHAT_THREADS: '1', CHAT_CONTEXT_TOKENS: '1024' },
  })
  try {
    const processes = new Map([['supervisor', node.supervisorId]])
    for (const service of SERVICES) processes.set(service, await node.serviceProcessId(service))
    const idle = await Promise.all([...processes.values()].map(residentMegabytes))
    const request = { model: MODEL, prompt: 'one two three', maxTokens: 16 }
    await streamCompletion(node.url, request)
    await streamCompletion(server.url, request)
    const [engine] = await createChatClient(node.url).state()
    const loaded = await Promise.all([...processes.values()].map(residentMegabytes))
    console.log('\nResident memory (MB)')
    ;[...processes.keys()].forEach((name, index) => {
      console.log(
        `  ${name.padEnd(28)} idle ${idle[index]?.toFixed(0)}   model open ${loaded[index]?.toFixed(0)}`,
      )
    })
    const engineMegabytes = await residentMegabytes(engine?.processId ?? 0)
    const baseline = await residentMegabytes(server.processId)
    console.log(`  ${'engine of the 0.5B model'.padEnd(28)} ${engineMegabytes.toFixed(0)}`)
    console.log(
      `  llama-server, same model     ${baseline.toFixed(0)} (engine: ${(engineMegabytes / baseline).toFixed(2)}x)`,
    )
  } finally {
    await node.stop()
    await server.stop()
    rmSync(directory, { recursive: true })
  }
}
