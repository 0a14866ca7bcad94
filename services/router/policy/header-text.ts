const LONGEST = 500

/** A text as it may stand in a header: names of nodes are whatever people call their machines. */
export const headerText = (text: string): string => text.slice(0, LONGEST).replaceAll(/[^\x20-\x7e]/gu, '?')
