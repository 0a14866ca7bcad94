/** Where the layers of a model lie that is too large for this machine. */
export interface LlamaServerShards {
  /** RPC workers of other machines, as ports on loopback. At least one, each with one device and one layer or more. */
  readonly workers: readonly { readonly endpoint: string; readonly layers: number }[]
  readonly localLayers: number
  /** Graphics devices of this machine, by llama.cpp's names; none: the processor computes what stays here. */
  readonly localDevices: readonly string[]
}

/**
 * The flags that spread a model. llama.cpp counts the output as one more layer behind the last, and puts it on the last
 * device; whatever is not on a device is the beginning of the model and stays with the processor.
 *
 * The last device must be ours: else every token would bring as many numbers over the network as the vocabulary is long.
 * So the workers come first. Without a device of our own the output is told to stay with the processor.
 */
export const shardArguments = (shards: LlamaServerShards): readonly string[] => {
  const { localDevices, workers } = shards
  const devices = [...workers.map((_, index) => `RPC${index}`), ...localDevices]
  const isOutputOverridden = localDevices.length === 0
  return Object.entries({
    '--rpc': workers.map(({ endpoint }) => endpoint).join(','),
    '--device': devices.join(','),
    '--n-gpu-layers': String(layersOnDevices(shards)),
    '--split-mode': 'layer',
    '--tensor-split': splitOf(shards).join(','),
    '--fit': 'off',
    // A mapped file would have all of the model in memory, also what lies elsewhere.
    '--load-mode': 'none',
    ...(isOutputOverridden ? { '--override-tensor': '^output=CPU' } : {}),
  }).flat()
}

const layersOnDevices = ({ localDevices, localLayers, workers }: LlamaServerShards): number => {
  const remote = workers.reduce((total, { layers }) => total + layers, 0)
  return remote + 1 + (localDevices.length === 0 ? 0 : localLayers)
}

/** How many layers each device gets; the output is the last one's. */
const splitOf = ({ localDevices, localLayers, workers }: LlamaServerShards): readonly number[] => {
  const each = Math.floor(localLayers / Math.max(1, localDevices.length))
  const local = localDevices.map((_, index) =>
    index === 0 ? localLayers - each * (localDevices.length - 1) : each,
  )
  const layers = [...workers.map((worker) => worker.layers), ...local]
  return layers.map((count, index) => (index === layers.length - 1 ? count + 1 : count))
}
