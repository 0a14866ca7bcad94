import { signableJson } from './signable-json.ts'
import type { Announcement } from './cluster-frame.ts'

/** Keeps this signature from being one of anything else that is signed with the same key. */
const PURPOSE = 'skein announcement 1'

const encoder = new TextEncoder()

/** What a node signs when it announces something. */
export const announcementBytes = (announcement: Omit<Announcement, 'signature'>): Uint8Array => {
  const { nodeId, epoch, instance, topic, version, value } = announcement
  return encoder.encode(signableJson([PURPOSE, nodeId, epoch, instance, topic, version, value]))
}
