/** Warnings about fields without effect, as a header that clients may show: printable ASCII, at most 1,000 characters. */
export const warningsHeader = (warnings: readonly string[]): readonly (readonly [string, string])[] =>
  warnings.length === 0
    ? []
    : [
        [
          'x-skein-warnings',
          warnings
            .join(' ')
            .replaceAll(/[^\x20-\x7e]/g, '?')
            .slice(0, 1000),
        ],
      ]
