import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { readClaudeBackups, writeClaudeBackups } from './claude-backups.ts'
import type { ClaudeBackup } from './claude-backups.ts'
import type { ClaudeVariables } from './claude-variables.ts'
import { replaceTextFile } from './replace-text-file.ts'
import { changeVariables, dropEmptyVariables, readVariables } from './settings-text.ts'

export interface ClaudePaths {
  /** Claude Code's `settings.json`. */
  readonly settings: string
  /** Where the node keeps what was in there before. */
  readonly backups: string
}

export interface ClaudeState {
  /** The settings have the variables of a node, and it is known what they had before. */
  readonly isOn: boolean
  /** All variables of the settings. */
  readonly variables: Readonly<Record<string, unknown>>
}

export interface ClaudeRestored {
  readonly wasOn: boolean
  /** Variables that somebody else has changed since: they stay. */
  readonly kept: readonly string[]
}

/** @throws CommandFailure for settings that cannot be read */
export const readClaudeState = (paths: ClaudePaths): ClaudeState => {
  const path = realPathOf(paths.settings)
  const backup = readClaudeBackups(paths.backups)[path]
  const variables = readVariables(readText(path) ?? '', path) ?? {}
  const url = backup?.variables.find(({ name }) => name === 'ANTHROPIC_BASE_URL')?.after
  return { isOn: url !== undefined && variables['ANTHROPIC_BASE_URL'] === url, variables }
}

/**
 * Puts variables into the settings. What they had is kept first, so that nothing is lost whenever this ends.
 * @throws CommandFailure for settings that cannot be read; they are not touched
 */
export const turnClaudeOn = (paths: ClaudePaths, variables: ClaudeVariables): void => {
  const path = realPathOf(paths.settings)
  const backups = readClaudeBackups(paths.backups)
  const text = readText(path)
  // A second time: what is kept is what there was before the first.
  const before = restore(text, path, backups[path]).text
  const had = readVariables(before ?? '', path) ?? {}
  const entries = Object.entries(variables)
  const after = changeVariables(
    before ?? '',
    path,
    // What was not there need not be taken out.
    entries
      .filter(([name, value]) => value !== null || name in had)
      .map(([name, value]) => ({ name, value: value ?? undefined })),
  )
  const changed = entries.map(([name, value]) => ({
    name,
    after: value,
    ...(name in had ? { before: had[name] } : {}),
  }))
  writeClaudeBackups(paths.backups, {
    ...backups,
    [path]: { before: before ?? null, after, variables: changed },
  })
  replaceTextFile(path, after)
}

/** Gives the settings back what they had. @throws CommandFailure for settings that cannot be read; they are not touched */
export const turnClaudeOff = (paths: ClaudePaths): ClaudeRestored => {
  const path = realPathOf(paths.settings)
  const { [path]: backup, ...others } = readClaudeBackups(paths.backups)
  if (backup === undefined) return { wasOn: false, kept: [] }
  const { kept, text } = restore(readText(path), path, backup)
  if (text === undefined) rmSync(path, { force: true })
  else replaceTextFile(path, text)
  writeClaudeBackups(paths.backups, others)
  return { wasOn: true, kept }
}

/** @returns the text before; undefined: no file */
const restore = (
  text: string | undefined,
  path: string,
  backup: ClaudeBackup | undefined,
): { readonly text: string | undefined; readonly kept: readonly string[] } => {
  if (text === undefined || backup === undefined) return { text, kept: [] }
  if (text === backup.after) return { text: backup.before ?? undefined, kept: [] }
  const now = readVariables(text, path) ?? {}
  const isOurs = ({ after, name }: ClaudeBackup['variables'][number]): boolean =>
    Bun.deepEquals(now[name], after ?? undefined)
  const ours = backup.variables.filter(isOurs)
  const changed = changeVariables(
    text,
    path,
    ours
      .filter((variable) => variable.after !== null || 'before' in variable)
      .map(({ before, name }) => ({ name, value: before })),
  )
  const hadVariables = backup.before !== null && readVariables(backup.before, path) !== undefined
  const kept = backup.variables.filter((variable) => !ours.includes(variable)).map(({ name }) => name)
  return { text: hadVariables ? changed : dropEmptyVariables(changed, path), kept }
}

/** The file behind a link: the link itself is to stay. */
const realPathOf = (path: string): string => (existsSync(path) ? realpathSync(path) : resolve(path))

const readText = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8') : undefined
