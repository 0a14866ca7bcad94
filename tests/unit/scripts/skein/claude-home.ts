import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createProgram } from '../../../../scripts/skein/create-program.ts'
import { openScriptedDoor, recordTerminal } from './scripted-door.ts'

/** A home with Claude Code's settings in it, and a node with the models `owner/big` (`large`) and `small`. */
export interface ClaudeHome extends Disposable {
  readonly path: string
  /** Of Claude Code's settings. */
  readonly settings: string
  /** Of what they had before. */
  readonly backups: string
  readonly url: string
  write(text: string): void
  read(): string
  readEnv(): Readonly<Record<string, unknown>>
  /** Runs `skein claude` with these words. */
  run(
    words: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): Promise<{ readonly output: string; readonly notes: string; readonly thrown: unknown }>
}

export const openClaudeHome = (): ClaudeHome => {
  const path = mkdtempSync(join(tmpdir(), 'skein-claude-'))
  const settings = join(path, '.claude', 'settings.json')
  const data = [{ id: 'owner/big', aliases: ['large'] }, { id: 'small' }]
  const door = openScriptedDoor({ 'GET /v1/models': () => ({ object: 'list', data }) })
  const read = (): string => readFileSync(settings, 'utf8')
  return {
    path,
    settings,
    backups: join(path, '.skein', 'claude-code.json'),
    url: door.url,
    write(text) {
      mkdirSync(dirname(settings), { recursive: true })
      writeFileSync(settings, text)
    },
    read,
    readEnv: () => (JSON.parse(read()) as { env: Record<string, unknown> }).env,
    async run(words, environment = {}) {
      const fixed = { SKEIN_URL: door.url, SKEIN_HOME: join(path, '.skein'), HOME: path }
      const recorded = recordTerminal({ ...fixed, ...environment })
      const thrown: unknown = await createProgram(recorded.context)
        .parseAsync(['claude', ...words], { from: 'user' })
        .then(
          () => undefined,
          (error: unknown) => error,
        )
      return { output: recorded.output(), notes: recorded.notes(), thrown }
    },
    [Symbol.dispose]() {
      door[Symbol.dispose]()
      rmSync(path, { recursive: true, force: true })
    },
  }
}
