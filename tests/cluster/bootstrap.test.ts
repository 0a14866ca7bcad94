import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { REPOSITORY } from '../support/source-files.ts'

/** A checkout with a space in its path and a Bun of its own to get: a shell script, packed as npm packs it. */
const base = mkdtempSync(join(tmpdir(), 'skein bootstrap '))
const checkout = join(base, 'my checkout')
const tarball = join(base, 'bun.tgz')
const requests: string[] = []
let served = true

const registry = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch(request) {
    requests.push(new URL(request.url).pathname)
    return served ? new Response(Bun.file(tarball)) : new Response('gone', { status: 404 })
  },
})

/** Directories of links to programs, so that a machine can be without some of them. */
const pathOf = (name: string, programs: readonly string[]): string => {
  const directory = join(base, name)
  mkdirSync(directory)
  for (const program of programs) {
    const path = Bun.which(program)
    if (path !== null) symlinkSync(path, join(directory, program))
  }
  return directory
}

const BASICS =
  'sh awk cat chmod cksum cut date dirname env grep gzip head ls mkdir mktemp mv readlink rm sed sha512sum shasum tar uname'.split(
    ' ',
  )
/** By whichever of the two this machine has. */
const WITH_CURL = pathOf('with-curl', [...BASICS, Bun.which('curl') === null ? 'wget' : 'curl'])
const WITH_WGET = pathOf('with-wget', [...BASICS, Bun.which('wget') === null ? 'curl' : 'wget'])
const WITH_NOTHING = pathOf('with-nothing', BASICS)

const pin = async (version: string, bytes: Uint8Array): Promise<void> => {
  const sum = new Bun.CryptoHasher('sha512').update(bytes).digest('hex')
  const platforms = [
    'linux-x64',
    'linux-x64-baseline',
    'linux-x64-musl',
    'linux-aarch64',
    'darwin-aarch64',
    'darwin-x64',
  ]
  const lines = platforms.map((platform) => `${platform} ${sum}`)
  await Bun.write(
    join(checkout, 'scripts/install/pinned-bun.txt'),
    `version ${version}\n${lines.join('\n')}\n`,
  )
}

/** Runs one line of shell in which the bootstrap is loaded. */
const shell = async (path: string, line: string, environment: Readonly<Record<string, string>> = {}) => {
  const script = `set -eu; REPOSITORY=$1; . "$1/scripts/install/bootstrap.sh"; ${line}`
  const run = Bun.spawn(['/bin/sh', '-c', script, 'sh', checkout], {
    env: {
      PATH: path,
      HOME: base,
      npm_config_registry: `http://127.0.0.1:${registry.port}/`,
      ...environment,
    },
    cwd: '/',
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr] = await Promise.all([
    new Response(run.stdout).text(),
    new Response(run.stderr).text(),
  ])
  return { exitCode: await run.exited, stdout, stderr }
}

beforeAll(async () => {
  const packed = join(base, 'package', 'bin')
  mkdirSync(packed, { recursive: true })
  writeFileSync(join(packed, 'bun'), '#!/bin/sh\necho 9.8.7\n')
  chmodSync(join(packed, 'bun'), 0o644)
  Bun.spawnSync(['tar', '-czf', tarball, '-C', base, 'package'])
  cpSync(join(REPOSITORY, 'scripts/install'), join(checkout, 'scripts/install'), { recursive: true })
})

beforeEach(async () => {
  rmSync(join(checkout, '.tools'), { recursive: true, force: true })
  requests.length = 0
  served = true
  await pin('9.8.7', await Bun.file(tarball).bytes())
})

afterAll(async () => {
  await registry.stop(true)
  rmSync(base, { recursive: true, force: true })
})

test.each([
  ['curl', WITH_CURL],
  ['wget', WITH_WGET],
])('gets the pinned Bun from the npm registry with %s alone, and only once', async (_, path) => {
  const first = await shell(path, 'find_bun; "$BUN" --version')
  expect(first).toMatchObject({ exitCode: 0, stdout: '9.8.7\n' })
  expect(first.stderr).toContain('getting Bun 9.8.7')
  expect(requests).toHaveLength(1)
  expect(requests[0]).toMatch(/^\/@oven\/bun-[a-z0-9-]+\/-\/bun-[a-z0-9-]+-9\.8\.7\.tgz$/)
  served = false
  expect(await shell(path, 'find_bun; printf %s "$BUN"')).toEqual({
    exitCode: 0,
    stdout: join(checkout, '.tools/bun-9.8.7/bin/bun'),
    stderr: '',
  })
})

test('never uses a download that is not the pinned one, and leaves nothing of it', async () => {
  await pin('9.8.7', new TextEncoder().encode('another file'))
  const run = await shell(WITH_CURL, 'find_bun; "$BUN" --version')
  expect(run).toMatchObject({ exitCode: 1, stdout: '' })
  expect(run.stderr).toContain('not the one that was pinned')
  expect(existsSync(join(checkout, '.tools/bun-9.8.7'))).toBe(false)
  expect([...new Bun.Glob('**').scanSync({ cwd: join(checkout, '.tools'), dot: true })]).toEqual([])
})

test('says what to do where the registry cannot be reached', async () => {
  served = false
  const run = await shell(WITH_CURL, 'find_bun')
  expect(run.exitCode).toBe(1)
  expect(run.stderr).toContain('npm_config_registry')
})

test('says what to do where there is neither curl nor wget nor npm', async () => {
  const run = await shell(WITH_NOTHING, 'find_bun')
  expect(run.exitCode).toBe(1)
  expect(run.stderr).toContain('Bun could not be downloaded')
  expect(requests).toEqual([])
})

test.each([
  ['9.8.7', true],
  ['9.8.10', true],
  ['9.10.0', true],
  ['9.10.0-canary.1', true],
  ['9.8.6', false],
  ['9.7.99', false],
  ['10.0.0', false],
  ['', false],
  ['nonsense', false],
])('a Bun %p on PATH is used: %p', async (version, isUsed) => {
  const directory = mkdtempSync(join(base, 'path-'))
  writeFileSync(join(directory, 'bun'), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 })
  const run = await shell(`${directory}:${WITH_CURL}`, 'find_bun; printf %s "$BUN"')
  expect(run.stdout).toBe(isUsed ? join(directory, 'bun') : join(checkout, '.tools/bun-9.8.7/bin/bun'))
})

test('the pinned Bun is the one of package.json, with a whole sum for each platform', async () => {
  const text = await Bun.file(join(REPOSITORY, 'scripts/install/pinned-bun.txt')).text()
  const root = await Bun.file(join(REPOSITORY, 'package.json')).json()
  expect(`bun@${/^version (.*)$/m.exec(text)?.[1]}`).toBe(root.packageManager)
  const platforms = [...text.matchAll(/^((?:linux|darwin)-\S+) [0-9a-f]{128}$/gm)].map((match) => match[1])
  expect(platforms).toEqual([
    'linux-x64',
    'linux-x64-baseline',
    'linux-x64-musl',
    'linux-x64-musl-baseline',
    'linux-aarch64',
    'linux-aarch64-musl',
    'darwin-aarch64',
    'darwin-x64',
    'darwin-x64-baseline',
  ])
})

test.each([
  ['Linux x86_64', 'avx2', 'linux-x64'],
  ['Linux aarch64', '', 'linux-aarch64'],
  ['Darwin arm64', '', 'darwin-aarch64'],
  ['FreeBSD amd64', '', ''],
])('knows the name of its Bun on %s', async (machine, _, platform) => {
  const directory = mkdtempSync(join(base, 'uname-'))
  const [system, processor] = machine.split(' ')
  const script = `#!/bin/sh\ncase "$1" in -s) echo ${system} ;; -m) echo ${processor} ;; esac\n`
  writeFileSync(join(directory, 'uname'), script, { mode: 0o755 })
  const { stdout } = await shell(`${directory}:${WITH_CURL}`, 'bun_platform')
  // The suffixes tell of the machine that runs this test.
  expect(stdout.trim().replace(/-(musl|baseline)/g, '')).toBe(platform)
})

test('the dependencies are installed once, and again when the lock file or the wish has changed', async () => {
  const log = join(base, 'bun.log')
  const bun = join(base, 'fake-bun')
  writeFileSync(bun, `#!/bin/sh\necho "$PWD: $*" >>'${log}'\nmkdir -p node_modules\n`, { mode: 0o755 })
  writeFileSync(join(checkout, 'bun.lock'), 'one')
  const install = async (environment: Readonly<Record<string, string>> = {}): Promise<string> => {
    rmSync(log, { force: true })
    const run = await shell(WITH_CURL, `BUN='${bun}'; install_dependencies`, environment)
    expect(run.exitCode).toBe(0)
    return existsSync(log) ? Bun.spawnSync(['cat', log]).stdout.toString() : ''
  }
  expect(await install()).toStartWith(`${checkout}: install --frozen-lockfile`)
  expect(await install()).toBe('')
  writeFileSync(join(checkout, 'bun.lock'), 'two')
  expect(await install()).not.toBe('')
  if (process.platform === 'linux' && process.arch === 'x64') {
    expect(await install({ SKEIN_ACCELERATOR: 'cuda' })).toBe(`${checkout}: install --frozen-lockfile\n`)
    expect(await install()).toBe(`${checkout}: install --frozen-lockfile --omit=optional\n`)
  }
})

test('a Mac gets the engine that the lock file does not know, unless it is there', async () => {
  const machine = mkdtempSync(join(base, 'mac-'))
  const log = join(machine, 'bun.log')
  writeFileSync(join(machine, 'uname'), '#!/bin/sh\n[ "$1" = -s ] && echo Darwin || echo arm64\n', {
    mode: 0o755,
  })
  const fake = `#!/bin/sh\n[ "$1" != -p ] || { echo arm64; exit; }\necho "$*" >>'${log}'\nmkdir -p node_modules\n`
  writeFileSync(join(machine, 'bun'), fake, { mode: 0o755 })
  mkdirSync(join(checkout, 'services/chat'), { recursive: true })
  cpSync(join(REPOSITORY, 'services/chat/package.json'), join(checkout, 'services/chat/package.json'))
  const { dependencies } = await Bun.file(join(checkout, 'services/chat/package.json')).json()
  const version: string = dependencies['node-llama-cpp']
  const install = async (): Promise<string> => {
    rmSync(log, { force: true })
    rmSync(join(checkout, 'node_modules/.skein-installed'), { force: true })
    const run = await shell(`${machine}:${WITH_CURL}`, `BUN='${join(machine, 'bun')}'; install_dependencies`)
    expect(run.exitCode).toBe(0)
    return Bun.file(log).text()
  }
  expect(await install()).toBe(
    `install --frozen-lockfile\nadd --no-save @node-llama-cpp/mac-arm64-metal@${version}\n`,
  )
  mkdirSync(join(checkout, `node_modules/.bun/@node-llama-cpp+mac-arm64-metal@${version}`), {
    recursive: true,
  })
  expect(await install()).toBe('install --frozen-lockfile\n')
})

test('a failed installation is told with the words of Bun, and tried again the next time', async () => {
  rmSync(join(checkout, 'node_modules'), { recursive: true, force: true })
  const bun = join(base, 'failing-bun')
  writeFileSync(bun, '#!/bin/sh\necho "error: no network" >&2\nexit 1\n', { mode: 0o755 })
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const run = await shell(WITH_CURL, `BUN='${bun}'; install_dependencies; echo reached`)
    expect(run).toMatchObject({ exitCode: 1, stdout: '' })
    expect(run.stderr).toContain('error: no network')
    expect(run.stderr).toContain('could not be installed')
  }
})
