import { describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createProgram } from '../../../../../scripts/skein/create-program.ts'
import { recordTerminal } from '../scripted-door.ts'

describe('skein logs', () => {
  const home = mkdtempSync(join(tmpdir(), 'skein-logs-'))
  const line = (time: string, service: string, msg: string): string =>
    `${JSON.stringify({ level: 'info', time, service, pid: 1, msg })}\n`

  const logs = async (...words: readonly string[]): Promise<string> => {
    mkdirSync(join(home, 'logs'), { recursive: true })
    const chat = `${line('2026-11-21T10:00:01.000Z', 'chat', 'second')}native noise\n`
    writeFileSync(join(home, 'logs', 'chat.log'), chat + line('2026-11-21T10:00:03.000Z', 'chat', 'fourth'))
    const router = line('2026-11-21T10:00:00.000Z', 'router', 'first')
    writeFileSync(
      join(home, 'logs', 'router.log'),
      router + line('2026-11-21T10:00:02.000Z', 'router', 'third'),
    )
    const recorded = recordTerminal({ SKEIN_HOME: home })
    await createProgram(recorded.context).parseAsync(['logs', ...words], { from: 'user' })
    rmSync(home, { recursive: true })
    return recorded.output()
  }

  test('are those of all services in the order of time; native lines stay where they were', async () => {
    const words = (await logs())
      .trim()
      .split('\n')
      .map((text) => text.split(' ').at(-1))
    expect(words).toEqual(['first', 'second', 'noise', 'third', 'fourth'])
  })

  test('are as many of the last lines as asked, as they were written when asked', async () => {
    expect(await logs('-n', '1')).toEndWith('INFO: chat: fourth\n')
    expect(JSON.parse(await logs('chat', '-n', '1', '--json'))).toMatchObject({ msg: 'fourth' })
  })
})
