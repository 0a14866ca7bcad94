import { existsSync, readFileSync } from 'node:fs'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { CommandFailure } from '../terminal/command-failure.ts'
import { replaceTextFile } from './replace-text-file.ts'

const ClaudeBackup = Type.Object({
  /** The settings as they were; null: there was no file. */
  before: Type.Union([Type.String(), Type.Null()]),
  /** The settings as they were written. */
  after: Type.String(),
  variables: Type.Array(
    Type.Object({
      name: Type.String(),
      /** Absent: it was not set. */
      before: Type.Optional(Type.Unknown()),
      /** null: it was taken out. */
      after: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
})

/** What the settings of Claude Code had before. */
export type ClaudeBackup = Static<typeof ClaudeBackup>

const ClaudeBackups = Type.Record(Type.String(), ClaudeBackup)

/** By the paths of the settings. */
export type ClaudeBackups = Static<typeof ClaudeBackups>

/** @throws CommandFailure when the file is broken: to go on would lose what it kept */
export const readClaudeBackups = (path: string): ClaudeBackups => {
  if (!existsSync(path)) return {}
  const value = parse(readFileSync(path, 'utf8'))
  if (Value.Check(ClaudeBackups, value)) return value
  throw new CommandFailure(`${path}, where earlier settings of Claude Code are kept, is broken.`, {
    nextStep: `Look into it for what you need, then remove it. Nothing was changed.`,
  })
}

/** Readable for its owner alone: tokens are among the values. */
export const writeClaudeBackups = (path: string, backups: ClaudeBackups): void =>
  replaceTextFile(path, `${JSON.stringify(backups, undefined, 2)}\n`)

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
