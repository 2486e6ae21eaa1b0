import { basename, resolve } from 'node:path'
import { startServer } from '../serve/start-server.ts'
import { loadTrainedModel } from './load-trained-model.ts'
import { chosenEngine, type EngineOptions, openEngine } from './open-engine.ts'
import { openScheduler } from './open-scheduler.ts'

/** A server of ours within this process. */
export interface LocalEndpoint {
  /** With its path, `http://127.0.0.1:40123/v1`. */
  readonly baseUrl: string
  /** The model's own name. */
  readonly model: string
  /** What is to be said of the model's files. */
  readonly warnings: readonly string[]
  /** Ends the server and frees the model. */
  close(): Promise<void>
}

/** One answer at a time, and the one before it that is just being left. */
const maxBatch = 2

/**
 * Serves a run's latest checkpoint, or a checkpoint, on a free port of the loopback interface.
 *
 * @throws UserError where there is no model, or it cannot be loaded
 */
export async function localEndpoint(target: string, options: EngineOptions): Promise<LocalEndpoint> {
  const model = await loadTrainedModel(target)
  const choice = chosenEngine(options)
  const engine = await openEngine(choice)
  /** What is open, the last first. */
  const endings: (() => void | Promise<void>)[] = [() => engine[Symbol.dispose]()]
  const close = async (): Promise<void> => {
    for (const end of endings.splice(0)) await end()
  }
  try {
    const scheduler = openScheduler(engine, model, choice, { maxBatch })
    endings.unshift(() => scheduler.close())
    const name = basename(resolve(target))
    const server = await startServer(
      {
        tokenizer: model.tokenizer,
        scheduler,
        modelNames: [name],
        ...(model.style && { template: model.style }),
      },
      { host: '127.0.0.1', port: 0 },
    )
    endings.unshift(() => server.stop(0))
    return { baseUrl: `${server.url}/v1`, model: name, warnings: model.warnings, close }
  } catch (error) {
    await close()
    throw error
  }
}
