import { join } from 'node:path'
import { startChildProcess } from '@shared/process/child-process.ts'
import { eventually } from '@skein/tests/support/eventually.ts'
import { freePort } from '@skein/tests/support/free-port.ts'
import type { BenchProcess } from './bench-process.ts'

/** Where Debian puts it, which is not on everybody's path. */
const SYSTEM_PROGRAMS = '/usr/sbin'
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

/** One process like the others, no log, connections that stay open, streams passed on as they come. */
const configuration = (directory: string, port: number): string => `
daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log stderr error;
events { worker_connections 10000; }
http {
  access_log off;
  ${TEMPORARY.map((kind) => `${kind}_temp_path ${directory}/nginx-${kind};`).join(' ')}
  keepalive_requests 1000000000;
  upstream service {
    server unix:${directory}/chat.sock;
    keepalive 4096;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://service;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }
}
`

/** nginx in front of the service's socket; undefined where it is not installed. */
export const startNginx = async (directory: string): Promise<BenchProcess | undefined> => {
  const program = Bun.which('nginx', { PATH: `${Bun.env['PATH'] ?? ''}:${SYSTEM_PROGRAMS}` })
  if (program === null) return undefined
  const port = freePort()
  const file = join(directory, 'nginx.conf')
  await Bun.write(file, configuration(directory, port))
  const lines: string[] = []
  const child = startChildProcess({
    command: [program, '-p', directory, '-c', file, '-e', 'stderr'],
    environment: { PATH: Bun.env['PATH'] },
    onLine: (line) => void lines.push(line),
  })
  try {
    await eventually('nginx answers', () => answers(port))
  } catch (error) {
    await child.stop(0)
    throw new Error(`nginx did not come up:\n${lines.slice(-20).join('\n')}`, { cause: error })
  }
  return { processId: child.processId, port, stop: () => child.stop(1000) }
}

const answers = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/open-streams`).then(
    (reply) => reply.ok,
    () => false,
  )
