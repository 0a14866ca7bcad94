import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { openClaudeHome } from '../claude-home.ts'
import type { ClaudeHome } from '../claude-home.ts'

let home: ClaudeHome
beforeEach(() => {
  home = openClaudeHome()
})
afterEach(() => home[Symbol.dispose]())

describe('skein claude on', () => {
  test('writes the node, its models and nothing else', async () => {
    home.write('{"permissions": {"allow": ["Bash(ls:*)"]}, "env": {"EDITOR": "vi"}}')
    const { notes, output, thrown } = await home.run(['on', '--model', 'large', '--small-model', 'small'])
    expect(thrown).toBeUndefined()
    expect(output).toContain(home.url)
    expect(notes).toContain(home.settings)
    expect(JSON.parse(home.read())).toEqual({
      permissions: { allow: ['Bash(ls:*)'] },
      env: {
        EDITOR: 'vi',
        ANTHROPIC_BASE_URL: home.url,
        ANTHROPIC_AUTH_TOKEN: 'skein',
        ANTHROPIC_MODEL: 'large',
        ANTHROPIC_DEFAULT_OPUS_MODEL: 'large',
        ANTHROPIC_DEFAULT_SONNET_MODEL: 'large',
        CLAUDE_CODE_SUBAGENT_MODEL: 'large',
        ANTHROPIC_DEFAULT_HAIKU_MODEL: 'small',
        ANTHROPIC_SMALL_FAST_MODEL: 'small',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS: '1',
        CLAUDE_CODE_ATTRIBUTION_HEADER: '0',
        API_TIMEOUT_MS: '3600000',
      },
    })
  })

  test('without a model leaves Claude’s names to the node', async () => {
    await home.run(['on', '--token', 'sk-skein-1'])
    expect(home.readEnv()).not.toHaveProperty('ANTHROPIC_MODEL')
    expect(home.readEnv()['ANTHROPIC_AUTH_TOKEN']).toBe('sk-skein-1')
  })

  test('keeps the mode of the file and the link that it is', async () => {
    const real = join(home.path, 'dotfiles.json')
    writeFileSync(real, '{}')
    chmodSync(real, 0o640)
    mkdirSync(join(home.path, '.claude'))
    symlinkSync(real, home.settings)
    await home.run(['on'])
    expect(lstatSync(home.settings).isSymbolicLink()).toBe(true)
    expect(statSync(real).mode & 0o777).toBe(0o640)
    await home.run(['off'])
    expect(readFileSync(real, 'utf8')).toBe('{}')
    expect(readdirSync(home.path).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test('refuses a model that the node does not have, and says which it has', async () => {
    const { thrown } = await home.run(['on', '--model', 'nope'])
    expect(thrown).toMatchObject({
      message: expect.stringContaining("'nope'"),
      nextStep: expect.stringContaining('owner/big, small'),
    })
    expect(existsSync(home.settings)).toBe(false)
  })

  test('takes the name as it is while the node does not run', async () => {
    const { notes, thrown } = await home.run(['on', '--model', 'nope'], { SKEIN_URL: 'http://127.0.0.1:1' })
    expect(thrown).toBeUndefined()
    expect(notes).toContain('could not be looked up')
    expect(home.readEnv()).toMatchObject({
      ANTHROPIC_MODEL: 'nope',
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:1',
    })
  })

  test.each(['{"env": ', '[]', '{"env": 1}', '{} // comment'])('leaves %p as it is', async (text) => {
    home.write(text)
    const { thrown } = await home.run(['on'])
    expect(thrown).toMatchObject({ message: expect.stringContaining('Nothing was changed') })
    expect(home.read()).toBe(text)
    expect(existsSync(home.backups)).toBe(false)
  })

  test('goes where --settings and CLAUDE_CONFIG_DIR say', async () => {
    const path = join(home.path, 'elsewhere', 'settings.json')
    await home.run(['on', '--settings', path])
    expect(JSON.parse(readFileSync(path, 'utf8')).env.ANTHROPIC_BASE_URL).toBe(home.url)
    await home.run(['on'], { CLAUDE_CONFIG_DIR: join(home.path, 'config') })
    expect(existsSync(join(home.path, 'config', 'settings.json'))).toBe(true)
    expect(existsSync(home.settings)).toBe(false)
    // Each has its own way back.
    await home.run(['off', '--settings', path])
    expect(existsSync(path)).toBe(false)
    expect(existsSync(join(home.path, 'config', 'settings.json'))).toBe(true)
  })
})

describe('skein claude', () => {
  test('says how it is, without secrets', async () => {
    expect((await home.run([])).output).toStartWith('off: ')
    await home.run(['on', '--model', 'large', '--token', 'sk-skein-1'])
    for (const words of [[], ['status']]) {
      const { output } = await home.run(words)
      expect(output).toStartWith(`on: Claude Code uses ${home.url}`)
      expect(output).toContain('ANTHROPIC_MODEL=large')
      expect(output).not.toContain('sk-skein-1')
    }
    const { output } = await home.run(['status', '--json'])
    expect(JSON.parse(output)).toMatchObject({
      settings: home.settings,
      isOn: true,
      variables: { ANTHROPIC_BASE_URL: home.url, ANTHROPIC_AUTH_TOKEN: '(secret)' },
    })
  })

  test('env prints lines that a shell understands', async () => {
    const { output } = await home.run(['env', '--model', 'large', '--token', "it's $HOME"])
    const shell = Bun.spawnSync(['sh', '-c', `${output}\nprintf %s "$ANTHROPIC_AUTH_TOKEN|$ANTHROPIC_MODEL"`])
    expect(shell.stdout.toString()).toBe("it's $HOME|large")
    expect(JSON.parse((await home.run(['env', '--json'])).output)).toMatchObject({
      ANTHROPIC_BASE_URL: home.url,
      ANTHROPIC_API_KEY: null,
    })
    expect(existsSync(home.settings)).toBe(false)
  })
})

describe('skein claude run', () => {
  const install = (script: string): Readonly<Record<string, string>> => {
    const bin = join(home.path, 'bin')
    mkdirSync(bin, { recursive: true })
    writeFileSync(join(bin, 'claude'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    return { PATH: `${bin}:${process.env['PATH'] ?? ''}` }
  }

  test('starts Claude Code with the variables, and with the words behind --', async () => {
    const seen = join(home.path, 'seen')
    const environment = install(
      `printf '%s\\n' "$ANTHROPIC_BASE_URL" "$ANTHROPIC_MODEL" "\${ANTHROPIC_API_KEY-none}" "$@" > '${seen}'`,
    )
    const words = ['run', '--model', 'large', '--', '-p', 'hi there', '--model', 'other']
    const { thrown } = await home.run(words, { ...environment, ANTHROPIC_API_KEY: 'sk-ant-1' })
    expect(thrown).toBeUndefined()
    expect(readFileSync(seen, 'utf8').split('\n')).toEqual([
      home.url,
      'large',
      'none',
      '-p',
      'hi there',
      '--model',
      'other',
      '',
    ])
    expect(existsSync(home.settings)).toBe(false)
  })

  test('fails as Claude Code does, and says what comes before its options', async () => {
    home.write('{"env": {"ANTHROPIC_BASE_URL": "https://example.com"}}')
    const { notes, thrown } = await home.run(['run'], install('exit 3'))
    expect(thrown).toMatchObject({ message: 'claude ended with exit code 3.', exitCode: 1 })
    expect(notes).toContain('ANTHROPIC_BASE_URL')
  })

  test('says how to install Claude Code', async () => {
    expect((await home.run(['run'], { PATH: join(home.path, 'nothing') })).thrown).toMatchObject({
      message: expect.stringContaining('not installed'),
      nextStep: expect.stringContaining('npm install'),
    })
  })
})
