import { expect, test } from 'bun:test'
import { MetricFamilies } from '@service/router/features/metrics/metric-families.ts'

const merged = (clash: 'keep' | 'rename', ...texts: readonly string[]): string => {
  const families = new MetricFamilies('node', clash)
  for (const [index, text] of texts.entries()) families.add(`n${index + 1}`, text)
  return families.toString()
}

test('a label that names another node is renamed, wherever it stands among the others', () => {
  const text =
    'a{node="x"} 1\na{policy="best",node="x"} 1\na{node_name="x"} 1\na{text="q,node=\\"x"} 1\na 1\na{} 1\n'
  expect(merged('rename', text)).toBe(
    [
      'a{node="n1",exported_node="x"} 1',
      'a{node="n1",policy="best",exported_node="x"} 1',
      'a{node="n1",node_name="x"} 1',
      'a{node="n1",text="q,node=\\"x"} 1',
      'a{node="n1"} 1',
      'a{node="n1"} 1\n',
    ].join('\n'),
  )
  expect(merged('keep', 'a{policy="best",node="x"} 1')).toBe('a{policy="best",node="x"} 1\n')
})

test('a histogram of two documents stays together, and so does what only looks like a part of one', () => {
  const text =
    '# TYPE h histogram\nh_bucket{le="1"} 1\nh_sum 2\nh_count 3\n# TYPE h_total counter\nh_total 4\n'
  expect(merged('rename', text, text)).toBe(
    [
      '# TYPE h histogram',
      'h_bucket{node="n1",le="1"} 1',
      'h_sum{node="n1"} 2',
      'h_count{node="n1"} 3',
      'h_bucket{node="n2",le="1"} 1',
      'h_sum{node="n2"} 2',
      'h_count{node="n2"} 3',
      '# TYPE h_total counter',
      'h_total{node="n1"} 4',
      'h_total{node="n2"} 4\n',
    ].join('\n'),
  )
})

test('names that people give their machines cannot break a line', () => {
  const families = new MetricFamilies('node', 'rename')
  families.add('a "b" \\ c\nd', 'up 1')
  expect(families.toString()).toBe('up{node="a \\"b\\" \\\\ c\\nd"} 1\n')
})

test('lines that are no samples are left out, whoever sent them', () => {
  const hostile = '1a 1\na{\na} 1\na{b="c"}\na\n}{ 1\n# HELP\n# TYPE  x\n# TYPE {} y\n__proto__ 1\n\u0000 1\n'
  expect(merged('rename', hostile)).toBe('__proto__{node="n1"} 1\n')
})
