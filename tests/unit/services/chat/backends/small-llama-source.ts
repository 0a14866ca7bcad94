/** A source of two tiny programs that builds in a second with the same commands as llama.cpp does. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LlamaServerSource } from '@service/chat/backends/llama-server-source.ts'

const CMAKE = `
cmake_minimum_required(VERSION 3.14)
project(small CXX)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY \${CMAKE_BINARY_DIR}/bin)
add_executable(llama-server server.cpp)
add_executable(ggml-rpc-server server.cpp)
target_compile_definitions(llama-server PRIVATE COMMIT="\${LLAMA_BUILD_COMMIT}")
target_compile_definitions(ggml-rpc-server PRIVATE COMMIT="rpc")
`

const SERVER = `
#include <cstdio>
int main() {
  std::printf("version: 0.0.1 (build 0, commit %s)\\n", COMMIT);
  return GREETING;
}
`

/** Without it the source does not compile; `result` is the exit code of the program. */
const patchTo = (result: number): string => `
diff --git a/server.cpp b/server.cpp
--- a/server.cpp
+++ b/server.cpp
@@ -2,5 +2,5 @@
 #include <cstdio>
 int main() {
   std::printf("version: 0.0.1 (build 0, commit %s)\\n", COMMIT);
-  return GREETING;
+  return ${result};
 }
`

/** Writes it below `directory`, as a git bundle. */
export const writeSmallSource = (directory: string, result = 0): LlamaServerSource => {
  const repository = join(directory, 'repository')
  const bundlePath = join(directory, 'small.bundle')
  const patchPath = join(directory, '01-small.patch')
  mkdirSync(repository, { recursive: true })
  writeFileSync(join(repository, 'CMakeLists.txt'), CMAKE)
  writeFileSync(join(repository, 'server.cpp'), SERVER)
  writeFileSync(patchPath, patchTo(result))
  git(repository, 'init', '--quiet')
  git(repository, 'add', '.')
  git(repository, 'commit', '--quiet', '-m', 'small')
  git(repository, 'bundle', 'create', bundlePath, 'HEAD')
  return { bundlePath, patchPaths: [patchPath], version: '0.0.1-skein.7' }
}

const git = (directory: string, ...command: readonly string[]): void => {
  const who = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false']
  const run = Bun.spawnSync(['git', ...who, ...command], { cwd: directory })
  if (run.exitCode !== 0) throw new Error(run.stderr.toString())
}
