/**
 * A program with the command line and the life of llama-server, for tests of how it is started, watched and stopped.
 * The name of the model file says what happens: `broken` is refused, `asserts` aborts, `slow` never comes up, anything
 * else is served.
 */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes it as a program into `directory`. @returns its path */
export const writePretendLlamaServer = (directory: string): string => {
  const path = join(directory, 'llama-server')
  writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${import.meta.path}' "$@"\n`)
  chmodSync(path, 0o755)
  return path
}

const valueOf = (flag: string): string => process.argv[process.argv.indexOf(flag) + 1] ?? ''

const serve = (): void => {
  const isUp = !valueOf('--model').includes('slow')
  Bun.serve({
    unix: valueOf('--host'),
    async fetch(request) {
      const isAllowed = request.headers.get('authorization') === `Bearer ${process.env['LLAMA_API_KEY']}`
      const { pathname } = new URL(request.url)
      if (pathname === '/health') return new Response('{}', { status: isUp ? 200 : 503 })
      if (!isAllowed) return new Response('{}', { status: 401 })
      const meta = { n_ctx: Number(valueOf('--kv-unified-per-slot')), n_vocab: 10 }
      if (pathname === '/v1/models') return Response.json({ data: [{ meta }] })
      // The body that the tests send: a line for the log.
      if (pathname === '/log') console.error(((await request.json()) as { readonly line: string }).line)
      return Response.json({ tokens: process.env['HOME'] === undefined ? [1] : [2] })
    },
  })
}

const main = (): void => {
  const model = valueOf('--model')
  if (process.argv.includes('--version')) {
    process.stdout.write(
      '0.00.000.414 I srv  llama_server: initializing ...\nversion: 9.8.7 (build 0, commit abcdef0)\n',
    )
  } else if (process.argv.includes('--help')) {
    process.stdout.write(
      '-kvu,  --kv-unified, --no-kv-unified   x\n--kv-unified-per-slot N   x\n--no-webui   x\n',
    )
  } else if (model.includes('broken')) {
    process.stderr.write('0.00.020.326 I srv    load_model: loading model\n')
    process.stderr.write(
      "0.00.020.707 E llama_model_load: error loading model: unknown model architecture: 'llamX'\n",
    )
    process.stderr.write('0.00.020.725 E llama_model_load_from_file_impl: failed to load model\n')
    process.exit(1)
  } else if (model.includes('asserts')) {
    process.stderr.write('/src/ggml.c:123: GGML_ASSERT(n > 0) failed\n')
    process.kill(process.pid, 'SIGABRT')
  } else {
    serve()
  }
}

if (import.meta.main) main()
