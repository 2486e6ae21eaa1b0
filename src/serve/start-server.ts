import { type AnswerRecording, createAnswerRecorder } from './answer-recorder.ts'
import { createServer, type Server } from './create-server.ts'
import { createService, type ServedModel } from './create-service.ts'
import { dialects } from './dialects.ts'
import type { InternalOptions } from './internal/internal-routes.ts'
import { measuredScheduler } from './measured-scheduler.ts'
import { createMetrics } from './metrics.ts'
import { countRecorded } from './recorder-metrics.ts'
import type { ServerSettings } from './server-settings.ts'

export interface ServerModel extends Omit<ServedModel, 'onAnswer'> {
  /** Opens the internal routes: whoever reaches them can replace the weights. */
  readonly internal?: InternalOptions
  /** Writes every chat answer down. Stopping the server flushes the log and leaves it open. */
  readonly recording?: AnswerRecording
}

/**
 * Serves a model in every dialect.
 *
 * @throws the error of listening, as where the port is taken
 */
export async function startServer(
  { internal, recording, ...model }: ServerModel,
  settings: Partial<ServerSettings> = {},
): Promise<Server> {
  const metrics = createMetrics(() => model.scheduler.stats())
  const recorder =
    recording &&
    createAnswerRecorder(recording, { name: model.modelNames[0]!, template: model.template ?? {} })
  if (recorder) countRecorded(metrics.registry, recorder)
  const service = createService({
    ...model,
    scheduler: measuredScheduler(model.scheduler, metrics),
    ...(recorder && { onAnswer: recorder.record }),
  })
  const server = await createServer(service, metrics, dialects(internal), settings)
  return {
    ...server,
    async stop(graceMs) {
      await server.stop(graceMs)
      await recorder?.flush()
    },
  }
}
