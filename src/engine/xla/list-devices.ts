import { loadApi } from './api.ts'
import { createClient, destroyClient } from './client.ts'
import { clientOptions } from './client-options.ts'
import { deviceMemory } from './device.ts'
import { pluginPath } from './plugin-path.ts'

export interface ListedDevice {
  readonly id: number
  readonly kind: string
  readonly process: number
  /** Bytes that may be allocated in all; null where the plugin does not tell. */
  readonly memory: number | null
}

export interface DeviceList {
  readonly plugin: string
  /** Version of the PJRT interface. */
  readonly apiVersion: string
  readonly platform: string
  readonly platformVersion: string
  readonly devices: readonly ListedDevice[]
}

/**
 * What a plugin finds on this machine.
 *
 * @param plugin path of the plugin; found as the engine finds it without
 * @throws UserError if there is no plugin or the file is none
 */
export async function listDevices(plugin?: string): Promise<DeviceList> {
  const api = loadApi(pluginPath(plugin))
  const client = await createClient(api, clientOptions(api.path, { preallocate: false }))
  try {
    return {
      plugin: api.path,
      apiVersion: api.version,
      platform: client.platform,
      platformVersion: client.platformVersion,
      devices: client.devices.map((device) => ({
        id: device.id,
        kind: device.kind,
        process: device.process,
        memory: deviceMemory(api, device)?.limit ?? null,
      })),
    }
  } finally {
    await destroyClient(client)
  }
}
