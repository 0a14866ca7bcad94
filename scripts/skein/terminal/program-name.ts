const called = process.env['SKEIN_COMMAND'] || 'skein'

/** How the person at the keyboard calls this program, for command lines that they may copy. */
export const PROGRAM = /^[\w./~-]+$/.test(called) ? called : `'${called.replaceAll("'", `'\\''`)}'`
