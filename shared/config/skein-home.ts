import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The node's data directory as an absolute path; a leading `~` is the user's home. */
export const skeinHome = (configured: string): string => resolve(configured.replace(/^~(?=\/|$)/, homedir()))

/** Where the services of a node listen unless told otherwise: `unix:<SKEIN_HOME>/run/<service>.sock`. */
export const defaultServiceAddress = (configuredHome: string, service: string): string =>
  `unix:${join(skeinHome(configuredHome), 'run', `${service}.sock`)}`
