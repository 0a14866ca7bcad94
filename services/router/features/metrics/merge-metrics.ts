/** Metrics of one service in the text format of Prometheus. */
export interface ServiceMetrics {
  readonly service: string
  readonly text: string
}

/** One metric with the lines of all services. */
interface MetricFamily {
  help?: string
  type?: string
  readonly samples: string[]
}

/** Name, labels if any, and the rest of a sample's line. */
const SAMPLE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?(\s+\S.*)$/

/**
 * One document for Prometheus out of those of all services: each sample gets a label `service` unless it has one, and
 * each metric is described once, although all processes have the same ones. Done line by line: a parser would read
 * every number only to write it down again.
 */
export const mergeMetrics = (documents: readonly ServiceMetrics[]): string => {
  const families = new Map<string, MetricFamily>()
  for (const document of documents) addDocument(families, document)
  const lines = [...families].flatMap(([name, { help, type, samples }]) => [
    ...(help === undefined ? [] : [`# HELP ${name} ${help}`]),
    ...(type === undefined ? [] : [`# TYPE ${name} ${type}`]),
    ...samples,
  ])
  return `${lines.join('\n')}\n`
}

/** `# HELP name text` or `# TYPE name text`. */
const DESCRIPTION = /^# (HELP|TYPE) (\S+) ?(.*)$/

const addDocument = (families: Map<string, MetricFamily>, { service, text }: ServiceMetrics): void => {
  let described = ''
  for (const line of text.split('\n')) {
    const [, kind, name, description] = DESCRIPTION.exec(line) ?? []
    if (name === undefined) addSample(families, line, described, service)
    else {
      described = name
      const family = familyOf(families, name)
      if (kind === 'HELP') family.help ??= description ?? ''
      else family.type ??= description ?? ''
    }
  }
}

/** @param described the metric that was described last: `x_bucket`, `x_sum` and `x_count` belong to the histogram `x` */
const addSample = (
  families: Map<string, MetricFamily>,
  line: string,
  described: string,
  service: string,
): void => {
  const [, name, labels, value] = SAMPLE.exec(line) ?? []
  if (name === undefined || value === undefined) return
  const isPart = name.replace(/_(bucket|sum|count)$/, '') === described
  familyOf(families, isPart ? described : name).samples.push(
    `${name}{${withService(labels, service)}}${value}`,
  )
}

const familyOf = (families: Map<string, MetricFamily>, name: string): MetricFamily => {
  const family = families.get(name) ?? { samples: [] }
  families.set(name, family)
  return family
}

const withService = (labels: string | undefined, service: string): string => {
  if (labels === undefined || labels === '') return `service="${service}"`
  return /(^|,)service="/.test(labels) ? labels : `service="${service}",${labels}`
}
