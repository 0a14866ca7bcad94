/** Lines that only say that something failed. */
const EMPTY_WORDS = /failed to load model|failed to create context|failed to initialize/i
/** `llama_model_load: error loading model: ` and the like: names of the engine's functions. */
const FUNCTION_NAMES = /^(?:\[\w+\] )?(?:[a-z_][\w:]*: )*(?:error loading model: )?(?:[a-z_]+: )*/
const LONGEST_REASON = 300

/**
 * Why the engine could not open a model, from what it wrote to its log last:
 * 1. an assertion that ended the process, without the path of the source file on another's machine
 * 2. an exception that nobody caught
 * 3. the first error that names a reason
 * @param fallback when the log says nothing
 */
export const loadFailureReason = (lines: readonly string[], fallback: string): string => {
  const assertion = lines.find((line) => line.includes('GGML_ASSERT(') || line.includes('GGML_ABORT'))
  const exception = lines.find((line) => line.trimStart().startsWith('what(): '))
  const error = lines
    .filter(isError)
    .map(withoutNames)
    .find((line) => line !== '' && !EMPTY_WORDS.test(line))
  const reason =
    assertion?.replace(/^.*\/(?=[\w.-]+:\d+: )/, '') ??
    exception?.replace(/^.*what\(\):\s*/, '') ??
    error ??
    fallback
  return reason.trim().slice(0, LONGEST_REASON)
}

const isError = (line: string): boolean => line.startsWith('[error]') || line.startsWith('[fatal]')

const withoutNames = (line: string): string => line.replace(FUNCTION_NAMES, '').trim()
