import { applyEdits, modify } from 'jsonc-parser'
import { CommandFailure } from '../terminal/command-failure.ts'

/** The value of a variable in the settings; undefined: it is not there. */
export interface VariableChange {
  readonly name: string
  readonly value: unknown
}

/** Variables of Claude Code's settings. @throws CommandFailure when the text is not what Claude Code reads */
export const readVariables = (text: string, path: string): Readonly<Record<string, unknown>> | undefined => {
  const { env } = parseSettings(text, path)
  if (env === undefined) return undefined
  if (isObject(env)) return env
  throw broken(path, "its 'env' is not an object")
}

/**
 * The same text with other variables. Everything else stays as it is written: numbers of any length, the order, keys that
 * occur twice. Only a text in one line is broken into lines.
 * @param changes undefined takes a variable out
 * @throws CommandFailure when the text cannot be changed without a loss
 */
export const changeVariables = (text: string, path: string, changes: readonly VariableChange[]): string => {
  readVariables(text, path)
  const formattingOptions = formattingOf(text)
  const begun = text.trim() === '' ? '{}\n' : text
  const changed = changes.reduce(
    (now, { name, value }) => applyEdits(now, modify(now, ['env', name], value, { formattingOptions })),
    begun,
  )
  const variables = readVariables(changed, path) ?? {}
  const isDone = changes.every(({ name, value }) => Bun.deepEquals(variables[name], value))
  if (isDone) return changed
  throw broken(path, "a key such as 'env' is in it twice")
}

/** Takes out an `env` that has nothing left in it. */
export const dropEmptyVariables = (text: string, path: string): string => {
  const variables = readVariables(text, path)
  if (variables === undefined || Object.keys(variables).length > 0) return text
  return applyEdits(text, modify(text, ['env'], undefined, { formattingOptions: formattingOf(text) }))
}

const parseSettings = (text: string, path: string): Readonly<Record<string, unknown>> => {
  if (text.trim() === '') return {}
  let settings: unknown
  try {
    settings = JSON.parse(text)
  } catch (error) {
    throw broken(path, error instanceof Error ? error.message : String(error))
  }
  if (isObject(settings)) return settings
  throw broken(path, 'it is not an object')
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const broken = (path: string, reason: string): CommandFailure =>
  new CommandFailure(`${path} cannot be read: ${reason}. Nothing was changed.`, {
    nextStep: 'Repair that file, or name another with --settings PATH.',
  })

/** As the file has it; two blanks for a new one. */
const formattingOf = (text: string) => {
  const indentation = /\n([ \t]+)"/.exec(text)?.[1] ?? '  '
  return {
    insertSpaces: !indentation.startsWith('\t'),
    tabSize: indentation.startsWith('\t') ? 1 : indentation.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  }
}
