/** One metric with the lines of all documents. */
interface MetricFamily {
  help: string | undefined
  type: string | undefined
  readonly samples: string[]
}

/** What happens to a label of the same name that a sample has already. */
export type LabelClash =
  /** It says the same, and stays. */
  | 'keep'
  /** It says something else: it becomes `exported_…`, as Prometheus does it. */
  | 'rename'

const HELP = '# HELP '
const TYPE = '# TYPE '
/** What a histogram or a summary adds to its name. */
const PARTS = ['_bucket', '_sum', '_count'] as const

/**
 * Documents in the text format of Prometheus, put together: every sample gets a label that says which document it is from,
 * and each metric is described once. Goes from line to line and reads no number: a cluster has tens of thousands of lines
 * every few seconds, so nothing here may cost much for each.
 */
export class MetricFamilies {
  private readonly families = new Map<string, MetricFamily>()

  /** @param label name of that label */
  constructor(
    private readonly label: string,
    private readonly clash: LabelClash,
  ) {}

  /** Lines that are no samples are left out. @param value of the label, any text */
  add(value: string, text: string): void {
    const stamp = `${this.label}="${escaped(value)}"`
    let described = ''
    for (let start = 0; start < text.length;) {
      const newline = text.indexOf('\n', start)
      const end = newline < 0 ? text.length : newline
      const line = text.slice(start, end)
      start = end + 1
      if (line.startsWith('#')) described = this.describe(line) ?? described
      else this.addSample(line, described, stamp)
    }
  }

  /** Nothing of this metric is shown. */
  drop(name: string): void {
    this.families.delete(name)
  }

  toString(): string {
    const lines: string[] = []
    for (const [name, { help, samples, type }] of this.families) {
      if (help !== undefined) lines.push(`${HELP}${name} ${help}`)
      if (type !== undefined) lines.push(`${TYPE}${name} ${type}`)
      for (const sample of samples) lines.push(sample)
    }
    return `${lines.join('\n')}\n`
  }

  /** `# HELP name text` or `# TYPE name text`. @returns the name; undefined for any other comment */
  private describe(line: string): string | undefined {
    const isHelp = line.startsWith(HELP)
    if (!isHelp && !line.startsWith(TYPE)) return undefined
    const space = line.indexOf(' ', HELP.length)
    const name = line.slice(HELP.length, space < 0 ? undefined : space)
    if (name === '' || endOfName(name) !== name.length) return undefined
    const words = space < 0 ? '' : line.slice(space + 1)
    const family = this.familyOf(name)
    if (isHelp) family.help ??= words
    else family.type ??= words
    return name
  }

  /** @param described the metric that was described last: `x_bucket`, `x_sum` and `x_count` belong to the histogram `x` */
  private addSample(line: string, described: string, stamp: string): void {
    const nameEnd = endOfName(line)
    const hasLabels = line.charCodeAt(nameEnd) === OPENING_BRACE
    const labelsEnd = hasLabels ? line.lastIndexOf('}') : nameEnd
    const rest = hasLabels ? labelsEnd + 1 : nameEnd
    if (nameEnd === 0 || labelsEnd < nameEnd || !hasValue(line, rest)) return
    const name = line.slice(0, nameEnd)
    const labels = hasLabels ? line.slice(nameEnd + 1, labelsEnd) : ''
    const stamped = `${name}{${this.stamped(labels, stamp)}}${line.slice(rest)}`
    this.familyOf(isPartOf(name, described) ? described : name).samples.push(stamped)
  }

  private stamped(labels: string, stamp: string): string {
    if (labels === '') return stamp
    const own = `${this.label}="`
    // A quotation mark within a value has a backslash before it: nothing but a label looks like this.
    const at = labels.startsWith(own) ? 0 : labels.indexOf(`,${own}`)
    if (at < 0) return `${stamp},${labels}`
    if (this.clash === 'keep') return labels
    const begin = at === 0 ? 0 : at + 1
    return `${stamp},${labels.slice(0, begin)}exported_${labels.slice(begin)}`
  }

  private familyOf(name: string): MetricFamily {
    const known = this.families.get(name)
    if (known !== undefined) return known
    const family = { help: undefined, type: undefined, samples: [] }
    this.families.set(name, family)
    return family
  }
}

const OPENING_BRACE = 123
const SPACE = 32
const TAB = 9

/** Where the name of a metric that a line begins with ends; 0: it begins with none. */
const endOfName = (line: string): number => {
  let at = 0
  while (at < line.length && isNameCode(line.charCodeAt(at), at === 0)) at += 1
  return at
}

/** `[A-Za-z_:]`, and digits behind the first. */
const isNameCode = (code: number, isFirst: boolean): boolean => {
  const isLetter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
  const isDigit = code >= 48 && code <= 58
  return isLetter || code === 95 || (isDigit && (!isFirst || code === 58))
}

/** Whether a number may stand there, behind some space. */
const hasValue = (line: string, from: number): boolean => {
  const code = line.charCodeAt(from)
  return (code === SPACE || code === TAB) && line.slice(from).trim() !== ''
}

const isPartOf = (name: string, described: string): boolean =>
  described !== '' &&
  name.length > described.length &&
  name.startsWith(described) &&
  PARTS.some((part) => name.length === described.length + part.length && name.endsWith(part))

const escaped = (value: string): string =>
  value
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)
