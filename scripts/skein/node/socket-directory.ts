import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

/** `sockaddr_un.sun_path` holds 104 bytes on macOS and 108 on Linux, with the closing zero. */
const LONGEST_SOCKET_PATH_BYTES = 103
const TEMPORARY_PREFIX = 'skein-sockets-'

/**
 * A private directory (mode 0700) for the sockets of a node: its run directory, or a new one in the system's for
 * temporary files where the paths would be too long for Unix sockets.
 * @param longestName the longest file name that will be in it
 * @throws Error when no place is short enough
 */
export const prepareSocketDirectory = (runDirectory: string, longestName: string): string => {
  mkdirSync(runDirectory, { recursive: true, mode: 0o700 })
  chmodSync(runDirectory, 0o700)
  if (fits(join(runDirectory, longestName))) return runDirectory
  const prefixes = temporaryPlaces().map((place) => join(place, TEMPORARY_PREFIX))
  const prefix = prefixes.find((candidate) => fits(join(`${candidate}XXXXXX`, longestName)))
  if (prefix === undefined)
    throw new Error(`No directory is short enough for Unix sockets: ${prefixes.join(', ')}`)
  return mkdtempSync(prefix)
}

/** Removes the directory of an earlier run, if it was one in the system's place for temporary files. */
export const removeTemporarySockets = (socketDirectory: string): void => {
  // The path comes from a file: nothing else is ever removed, and no directory that holds anything but sockets.
  const isOurs = temporaryPlaces().some((place) => join(place, basename(socketDirectory)) === socketDirectory)
  if (!isOurs || !basename(socketDirectory).startsWith(TEMPORARY_PREFIX) || !existsSync(socketDirectory))
    return
  const names = readdirSync(socketDirectory)
  if (!names.every((name) => name.endsWith('.sock'))) return
  for (const name of names) rmSync(join(socketDirectory, name), { force: true })
  rmdirSync(socketDirectory)
}

const temporaryPlaces = (): readonly string[] => [tmpdir(), '/tmp']

const fits = (path: string): boolean => Buffer.byteLength(path) <= LONGEST_SOCKET_PATH_BYTES
