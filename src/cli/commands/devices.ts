import { Command } from 'commander'
import type { DeviceList } from '../../engine/xla/list-devices.ts'
import { bytes } from '../number-format.ts'
import { formatTable } from '../table.ts'

interface DevicesOptions {
  readonly plugin?: string
  readonly json?: true
}

function deviceListText({ plugin, apiVersion, platform, platformVersion, devices }: DeviceList): string {
  const facts = formatTable([
    ['plugin', plugin],
    ['PJRT', apiVersion],
    ['platform', [platform, ...platformVersion.split('\n')].join(', ')],
  ])
  const rows = devices.map(({ id, kind, process, memory }) => [
    `${id}`,
    kind,
    memory === null ? '' : bytes(memory),
    `${process}`,
  ])
  const table = formatTable([['id', 'device', 'memory', 'process'], ...rows], {
    align: ['right', 'left', 'right', 'right'],
  })
  return `${facts}\n\n${table}`
}

async function list({ plugin, json }: DevicesOptions): Promise<void> {
  const { listDevices } = await import('../../engine/xla/list-devices.ts')
  const found = await listDevices(plugin)
  process.stdout.write(`${json ? JSON.stringify(found, null, 2) : deviceListText(found)}\n`)
}

/** `tsukimi devices`: what the engine xla finds on this machine. */
export const devicesCommand = (): Command =>
  new Command('devices')
    .description('the GPUs or TPUs that the engine xla finds, and the plugin that drives them')
    .option('--plugin <file>', 'PJRT plugin to load; an installed one without it')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ tsukimi devices')
    .action(list)
