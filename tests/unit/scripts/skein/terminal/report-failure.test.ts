import { expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
import { CommandFailure } from '../../../../../scripts/skein/terminal/command-failure.ts'
import { reportFailure } from '../../../../../scripts/skein/terminal/report-failure.ts'
import { recordTerminal } from '../scripted-door.ts'

const report = (thrown: unknown, isJson = false) => {
  const recorded = recordTerminal()
  const exitCode = reportFailure(thrown, { terminal: recorded.context.terminal, isJson })
  return { exitCode, output: recorded.output(), notes: recorded.notes() }
}

test('a failure is one line and the next step', () => {
  expect(report(new CommandFailure('It is broken.', { nextStep: 'Mend it.', exitCode: 2 }))).toEqual({
    exitCode: 2,
    output: '',
    notes: 'error: It is broken.\nMend it.\n',
  })
})

test('is an object on standard output for programs', () => {
  const { output, notes } = report(new CommandFailure('It is broken.', { nextStep: 'Mend it.' }), true)
  expect(JSON.parse(output)).toEqual({ error: { message: 'It is broken.', nextStep: 'Mend it.' } })
  expect(notes).toBe('')
})

test('Ctrl-C has its own exit code', () => {
  expect(report(new DOMException('cancelled', 'AbortError'))).toMatchObject({
    exitCode: 130,
    notes: 'error: cancelled\n',
  })
})

test('a Fault speaks for itself; what nobody expected comes with its stack', () => {
  expect(report(new Fault('conflict', 'Somebody builds already.')).notes).toBe(
    'error: Somebody builds already.\n',
  )
  expect(report(new TypeError('x is not a function')).notes).toContain('report-failure.test.ts')
})
