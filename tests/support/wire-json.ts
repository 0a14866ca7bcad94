/** Parsed JSON whose shape the test itself asserts: any field of it may be asked for. */
// oxlint-disable-next-line typescript/no-explicit-any -- a test reads what is really on the wire, not what a type says
export type WireJson = any

export const jsonOf = async (response: Response | Promise<Response>): Promise<WireJson> =>
  (await response).json()

/** The objects of a body that has one a line. */
export const ndjsonOf = async (response: Response | Promise<Response>): Promise<WireJson[]> =>
  (await (await response).text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
