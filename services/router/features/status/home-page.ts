import type { NodeStatus } from './node-status.ts'

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
pre { overflow-x: auto; padding: .8rem; border-radius: .4rem; background: color-mix(in srgb, currentColor 8%, transparent); }
a { color: inherit; }`

/** A page that says what runs here and how to use it. It needs nothing from anywhere. */
export const homePage = (status: NodeStatus): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Skein</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Skein is running</h1>
<p>Version ${escapeHtml(status.version)} on port ${status.port}.
<a href="/swagger">API</a> · <a href="/status">Status</a> · <a href="/metrics">Metrics</a></p>
${table(
  ['Service', 'State'],
  status.services.map(({ name, state }) => [name, state]),
)}
${
  status.models.length === 0
    ? '<p>No models yet.</p>'
    : table(
        ['Model', 'State'],
        status.models.map(({ id, state }) => [id, state]),
      )
}
${
  status.cluster === null
    ? ''
    : table(
        ['Node', 'Link'],
        status.cluster.nodes.map(({ link, name }) => [name, link === 'self' ? 'this node' : link]),
      )
}
<pre><code>${escapeHtml(curlLine(status))}</code></pre>
</body>
</html>
`

const curlLine = ({ port, models }: NodeStatus): string => {
  const model = models.find(({ state }) => state === 'ready' || state === 'busy') ?? models[0]
  const body = {
    ...(model === undefined ? {} : { model: model.id }),
    messages: [{ role: 'user', content: 'Hello' }],
  }
  return `curl http://127.0.0.1:${port}/v1/chat/completions \\
  -H 'content-type: application/json' \\
  -d '${JSON.stringify(body)}'`
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table><tr>${cells('th', head)}</tr>${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('')}</table>`

const cells = (tag: string, texts: readonly string[]): string =>
  texts.map((text) => `<${tag}>${escapeHtml(text)}</${tag}>`).join('')

const ENTITY: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITY[character] ?? '')
