import colors from 'picocolors'
import { prettyFactory } from 'pino-pretty'
import { printableText } from './printable-text.ts'

const pretty = prettyFactory({
  colorize: colors.isColorSupported,
  translateTime: 'SYS:HH:MM:ss',
  ignore: 'pid,service',
  messageFormat: '{service}: {msg}',
  singleLine: true,
})

/** A line of a service's log for a person. Lines that are not JSON come from native engines and stay as they are. */
export const prettyLogLine = (line: string): string =>
  line.startsWith('{') ? pretty(line).trimEnd() : printableText(line)
