const SANE_REQUEST_ID = /^[\w.-]{1,128}$/

/** The client's own request id when it can be written to logs and headers as it is, else undefined. */
export const saneRequestId = (given: string | null): string | undefined =>
  given !== null && SANE_REQUEST_ID.test(given) ? given : undefined
