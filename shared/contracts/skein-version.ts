import root from '../../package.json' with { type: 'json' }

/** Version of Skein itself, from the root package.json. */
export const SKEIN_VERSION: string = root.version
