import { describe, expect, test } from 'bun:test'
import { createProgram } from '../../../../scripts/skein/create-program.ts'
import { recordTerminal, skein } from './scripted-door.ts'

describe('wrong usage', () => {
  test.each([
    [['nonsense']],
    [['run']],
    [['list', '--nonsense']],
    [['up', '--port', '70000']],
    [['up', '--port', 'http']],
    [['run', 'm', 'hi', '--temperature', 'warm']],
    [['logs', '-n', '0']],
    [['backends', 'build', 'nonsense']],
  ])('%p is named as such', async (words) => {
    const { thrown, notes, requests } = await skein({}, ...words)
    expect(thrown).toMatchObject({ name: 'CommanderError', exitCode: 1 })
    expect(notes).toStartWith('error: ')
    expect(requests).toEqual([])
  })

  test.each([
    [['up', '--host', '0.0.0.0']],
    [['logs', 'nonsense']],
    [['ps', '--url', 'ftp://127.0.0.1']],
    [['run', 'm', '   ']],
  ])('%p too, where only Skein can know', async (words) => {
    const { thrown } = await skein({}, ...words)
    expect(thrown).toMatchObject({ exitCode: 2 })
  })

  test('every command has a help with an example', () => {
    const recorded = recordTerminal()
    for (const command of createProgram(recorded.context).commands) {
      for (const leaf of command.commands.length > 0 ? command.commands : [command]) leaf.outputHelp()
    }
    expect(recorded.output().match(/^Usage: /gm)?.length).toBe(
      recorded.output().match(/^Examples:/gm)?.length,
    )
  })
})

test('a node that is not there is told with the next step', async () => {
  const recorded = recordTerminal({ SKEIN_URL: 'http://127.0.0.1:1', SKEIN_HOME: '/nowhere' })
  const failure: unknown = await createProgram(recorded.context)
    .parseAsync(['list'], { from: 'user' })
    .catch((error: unknown) => error)
  expect(failure).toMatchObject({
    message: 'No Skein node answers at http://127.0.0.1:1.',
    nextStep: expect.stringContaining('up'),
    exitCode: 1,
  })
})
