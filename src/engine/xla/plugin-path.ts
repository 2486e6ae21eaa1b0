import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { UserError } from '../../user-error.ts'

/** Where Python packages put their plugins, the first that is found wins. */
export const pluginFiles: readonly string[] = [
  'jax_plugins/xla_cuda13/xla_cuda_plugin.so',
  'jax_plugins/xla_cuda12/xla_cuda_plugin.so',
  'jax_plugins/xla_rocm7/xla_rocm_plugin.so',
  'jax_plugins/xla_rocm60/xla_rocm_plugin.so',
  'libtpu/libtpu.so',
]

const install =
  'Install one: pip install "jax-cuda13-plugin[with-cuda]" (NVIDIA; brings jax-cuda13-pjrt), ' +
  'pip install jax-rocm7-pjrt (AMD) or pip install libtpu (TPU); or give the path of a plugin with --plugin or TSUKIMI_PJRT_PLUGIN'

/**
 * The plugin to load: what was asked for, else `TSUKIMI_PJRT_PLUGIN`, else the first that an installed Python
 * package brings. Python itself is only asked where it keeps its packages.
 *
 * @throws UserError that says how to install one if there is none
 */
export function pluginPath(asked?: string, folders: () => readonly string[] = packageFolders): string {
  const given = asked || process.env.TSUKIMI_PJRT_PLUGIN
  if (given) return given
  const searched = folders()
  for (const file of pluginFiles)
    for (const folder of searched) if (existsSync(join(folder, file))) return join(folder, file)
  throw new UserError(`The xla engine found no PJRT plugin in the installed Python packages. ${install}`)
}

/** Folders with Python packages: of active environments, of the python3 on the path, and usual places. */
function packageFolders(): readonly string[] {
  const environments = [process.env.VIRTUAL_ENV, process.env.CONDA_PREFIX].filter((folder) => !!folder)
  const folders = [
    ...environments.flatMap((folder) => librariesOf(folder!)),
    ...askPython(),
    ...['.venv', join(homedir(), '.local'), '/usr/local', '/usr', '/opt/conda'].flatMap(librariesOf),
  ]
  return [...new Set(folders)]
}

function librariesOf(prefix: string): readonly string[] {
  const lib = join(prefix, 'lib')
  const versions = list(lib).filter((name) => /^python3(\.\d+)?$/.test(name))
  return versions.flatMap((name) => ['site-packages', 'dist-packages'].map((last) => join(lib, name, last)))
}

const question = 'import site, sys; print("\\n".join([*sys.path, *site.getsitepackages()]))'

function askPython(): readonly string[] {
  const { stdout } = spawnSync('python3', ['-c', question], { encoding: 'utf8', timeout: 10_000 })
  return (stdout ?? '').split('\n').filter((line) => line !== '')
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** What a plugin is for, by the name of its file: they take different options. */
export type PluginKind = 'gpu' | 'other'

export const pluginKind = (path: string): PluginKind =>
  /cuda|rocm|gpu/i.test(basename(path)) ? 'gpu' : 'other'

/** CUDA's own files (libdevice, ptxas) that the plugin's packages bring, if they do. */
export function cudaDataDirectory(plugin: string): string | undefined {
  const packages = dirname(dirname(dirname(plugin)))
  return ['cu13', 'cuda_nvcc'].map((name) => join(packages, 'nvidia', name)).find(existsSync)
}
