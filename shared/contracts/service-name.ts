/** The services of a node. A service that joins the house is added here, and to the start plan of `skein up`. */
export const SERVICE_NAMES = ['router', 'chat', 'model-store'] as const

export type ServiceName = (typeof SERVICE_NAMES)[number]
