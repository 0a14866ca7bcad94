/** One event of a stream: its name is the `type` of its data. */
export const anthropicFrame = <Data extends { readonly type: string }>(data: Data): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`
