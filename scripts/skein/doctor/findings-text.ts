import colors from 'picocolors'
import { printableText } from '../terminal/printable-text.ts'
import type { ShownFinding } from './doctor-replies.ts'

const MARKS: Readonly<Record<string, string>> = {
  problem: colors.red('✗'),
  warning: colors.yellow('!'),
}

/** Each finding with its cause, what was seen, and the next step. @param self what the node itself is called */
export const findingsText = (findings: readonly ShownFinding[], self: string): string =>
  findings
    .map(({ cause, nextStep, node, severity, words }) =>
      [
        `${MARKS[severity] ?? colors.green('✓')} ${colors.bold(printableText(node ?? self))}: ${printableText(cause)}`,
        `  ${printableText(words)}`,
        ...(nextStep === null ? [] : [`  ${colors.dim('Next:')} ${printableText(nextStep)}`]),
      ].join('\n'),
    )
    .join('\n')
