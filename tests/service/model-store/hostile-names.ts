/** Names of models as somebody would send them who wants out of the store; URL-encoded. */
export const HOSTILE_NAMES: readonly string[] = [
  '..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '%2fetc%2fpasswd',
  '..%5c..%5cwindows',
  'known%00.gguf',
  '%00',
  '%zz',
  '%E2%82',
  'x'.repeat(6000),
  '%2e%2e',
  "'%3B%20DROP%20TABLE%20model_records%3B--",
  '__proto__',
  'constructor',
  '%F0%9F%92%A9',
]
