import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { openClaudeHome } from '../claude-home.ts'
import type { ClaudeHome } from '../claude-home.ts'

let home: ClaudeHome
beforeEach(() => {
  home = openClaudeHome()
})
afterEach(() => home[Symbol.dispose]())

describe('skein claude off', () => {
  const texts = [
    '{}',
    '',
    '{"env":{"ANTHROPIC_MODEL":"opus","ANTHROPIC_API_KEY":"sk-ant-1","ANTHROPIC_BASE_URL":7},"x":  12345678901234567890}',
    '{\n\t"model": "opus"\n}\n',
  ]
  test.each(texts)('gives %p back to the byte, also after two times on', async (text) => {
    home.write(text)
    await home.run(['on', '--model', 'large'])
    expect(home.readEnv()).not.toHaveProperty('ANTHROPIC_API_KEY')
    await home.run(['on', '--model', 'small'])
    expect(home.readEnv()['ANTHROPIC_MODEL']).toBe('small')
    const { output } = await home.run(['off'])
    expect(output).toContain('what it had before')
    expect(home.read()).toBe(text)
    expect(JSON.parse(readFileSync(home.backups, 'utf8'))).toEqual({})
  })

  test('removes a file that was not there', async () => {
    await home.run(['on'])
    expect(statSync(home.settings).mode & 0o777).toBe(0o600)
    await home.run(['off'])
    expect(existsSync(home.settings)).toBe(false)
  })

  test('keeps what was changed in between', async () => {
    home.write('{"env": {"ANTHROPIC_MODEL": "opus", "ANTHROPIC_API_KEY": "sk-ant-1"}}')
    await home.run(['on', '--model', 'large'])
    const now = JSON.parse(home.read())
    now.theme = 'dark'
    now.env.ANTHROPIC_DEFAULT_OPUS_MODEL = 'mine'
    home.write(JSON.stringify(now))
    const { notes } = await home.run(['off'])
    expect(notes).toContain('ANTHROPIC_DEFAULT_OPUS_MODEL')
    expect(JSON.parse(home.read())).toEqual({
      theme: 'dark',
      env: {
        ANTHROPIC_MODEL: 'opus',
        ANTHROPIC_API_KEY: 'sk-ant-1',
        ANTHROPIC_DEFAULT_OPUS_MODEL: 'mine',
      },
    })
  })

  test('takes the env out that it brought, beside what came later', async () => {
    await home.run(['on'])
    home.write(JSON.stringify({ ...JSON.parse(home.read()), theme: 'dark' }))
    await home.run(['off'])
    expect(JSON.parse(home.read())).toEqual({ theme: 'dark' })
  })

  test('a second time, or before any on, changes nothing', async () => {
    home.write('{"env": {"ANTHROPIC_BASE_URL": "https://example.com"}}')
    expect((await home.run(['off'])).output).toContain('was not changed')
    await home.run(['on'])
    await home.run(['off'])
    expect((await home.run(['off'])).output).toContain('was not changed')
    expect(home.read()).toBe('{"env": {"ANTHROPIC_BASE_URL": "https://example.com"}}')
  })

  test('does not overwrite home.settings that were broken in between, nor forget what they had', async () => {
    home.write('{"a": 1}')
    await home.run(['on'])
    const written = home.read()
    home.write('{"env": ')
    expect((await home.run(['off'])).thrown).toMatchObject({
      message: expect.stringContaining('cannot be read'),
    })
    expect(home.read()).toBe('{"env": ')
    home.write(written)
    await home.run(['off'])
    expect(home.read()).toBe('{"a": 1}')
  })

  test('says so when what it kept is broken', async () => {
    await home.run(['on'])
    writeFileSync(home.backups, '{"x": 1}')
    for (const verb of ['on', 'off', 'status'])
      expect((await home.run([verb])).thrown).toMatchObject({ message: expect.stringContaining('is broken') })
  })
})
