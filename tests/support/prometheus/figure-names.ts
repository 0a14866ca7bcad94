/** Names of the metrics that a query asks for: in the queries of this house every selector has its braces. */
export const namesInQuery = (query: string): readonly string[] => [
  ...new Set([...query.matchAll(/([a-zA-Z_:][\w:]*)\{/g)].map(([, name]) => name ?? '')),
]

/** Every name that a page of figures can be asked for; a histogram has three. */
export const namesOnPage = (page: string): ReadonlySet<string> => {
  const described = [...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)]
  return new Set(
    described.flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  )
}
