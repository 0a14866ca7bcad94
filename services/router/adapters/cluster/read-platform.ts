import type { NodePlatform } from '../../policy/cluster/node-topics.ts'

/**
 * What this machine is, as far as answers may depend on it.
 * @param accelerator `cpu`, or `auto` where GPU binaries are installed; empty: what the platform has by itself
 */
export const readPlatform = (
  accelerator: string,
  { arch, platform }: Pick<NodeJS.Process, 'arch' | 'platform'> = process,
): NodePlatform => {
  const isAppleGpu = platform === 'darwin' && arch === 'arm64' && accelerator !== 'cpu'
  return { os: platform, arch, accelerator: isAppleGpu ? 'metal' : accelerator === 'auto' ? 'gpu' : 'cpu' }
}
