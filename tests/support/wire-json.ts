/** Parsed JSON whose shape the test itself asserts: any field of it may be asked for. */
// oxlint-disable-next-line typescript/no-explicit-any -- a test reads what is really on the wire, not what a type says
export type WireJson = any

export const jsonOf = async (response: Response | Promise<Response>): Promise<WireJson> =>
  (await response).json()
