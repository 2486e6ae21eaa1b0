/** The library: trace and differentiate programs, run them, and everything that the command line is made of. */
export type { AgentEvent, AgentMessage } from './agent/agent-event.ts'
export { type AgentOptions, agentEvents } from './agent/agent-events.ts'
export { defineTool, type Tool, type ToolContext } from './agent/tool.ts'
export type { AnswerDelta, AnswerParser, ParsedAnswer, ParseOptions } from './chat/answer-parser.ts'
export { readAnthropicMessages } from './chat/anthropic-messages.ts'
export { readAnthropicTools } from './chat/anthropic-tools.ts'
export { type CanonicalHistory, canonicalHistory } from './chat/canonical-history.ts'
export { type ChatTokens, type ChatTurn, chatText, chatTokens } from './chat/chat-tokens.ts'
export { endIds } from './chat/end-ids.ts'
export { createEnforcer, type Enforcer, type EnforcerOptions } from './chat/enforcer.ts'
export type {
  ChatMessage,
  JsonSchema,
  ResponseFormat,
  ToolCall,
  ToolChoice,
  ToolDeclaration,
} from './chat/messages.ts'
export { readOpenAiMessages } from './chat/openai-messages.ts'
export { readOpenAiTools } from './chat/openai-tools.ts'
export type { TemplateOptions } from './chat/template.ts'
export { createTextAnswerParser, parseAnswerText } from './chat/text-answer-parser.ts'
export { createTokenAnswerParser, parseAnswerTokens } from './chat/token-answer-parser.ts'
export { writeOpenAiMessages } from './chat/write-openai-messages.ts'
export { openCheckpoint } from './checkpoint/open-checkpoint.ts'
export { writeCheckpointTensors } from './checkpoint/write-checkpoint-tensors.ts'
export { openCorpus } from './data/corpus.ts'
export type { DeviceBuffer, Engine, Executable, StepMemory } from './engine/engine.ts'
export { createOnnxEngine } from './engine/onnx/engine.ts'
export { createReferenceEngine } from './engine/reference/engine.ts'
export { exportGguf } from './export/export-gguf.ts'
export { createScheduler } from './generate/create-scheduler.ts'
export { createGenerator } from './generate/generate.ts'
export {
  type GeneratedToken,
  type Generation,
  type GenerationRequest,
  OverloadedError,
  type Scheduler,
  type SchedulerStats,
  type SchedulerWeights,
} from './generate/scheduler.ts'
export type { SchedulerOptions } from './generate/scheduler-options.ts'
export type { TokenConstraint } from './grammar/token-constraint.ts'
export { openJobs } from './jobs/open-jobs.ts'
export type { Stage } from './jobs/stage.ts'
export { type K2Config, k2ConfigSchema, parseK2Config } from './nn/config.ts'
export { flopsPerToken, kvBytesPerToken, parameterCounts } from './nn/counts.ts'
export { readHfConfig, toHfConfig } from './nn/hf-config.ts'
export { initialWeights } from './nn/initial-weights.ts'
export { crossEntropy } from './nn/loss.ts'
export { forward } from './nn/model.ts'
export { parameterSpecs } from './nn/parameters.ts'
export { presets } from './nn/presets.ts'
export { muonClip } from './optim/muon-clip.ts'
export { newtonSchulz } from './optim/newton-schulz.ts'
export { clipLatentAttention, clipMultiHeadAttention } from './optim/qk-clip.ts'
export { askStructured } from './roles/ask-structured.ts'
export type { ChatEndpoint } from './roles/chat-endpoint.ts'
export { type AccountedEndpoint, createChatEndpoint } from './roles/create-chat-endpoint.ts'
export { modelPolicy } from './rollout/model-policy.ts'
export { createTaskSolver, type TaskSolver } from './rollout/task-solver.ts'
export type { AnswerEvent, AnswerRequest } from './serve/answer.ts'
export type { Server } from './serve/create-server.ts'
export { createService, type ServedModel } from './serve/create-service.ts'
export type { GeneratedAnswer } from './serve/generated-answer.ts'
export { type PushedTensor, pushWeights } from './serve/internal/push-weights.ts'
export type { ServerSettings } from './serve/server-settings.ts'
export type { Service } from './serve/service.ts'
export { type ServerModel, startServer } from './serve/start-server.ts'
export { generateAgents } from './synth/agents/generate-agents.ts'
export { starterTask } from './synth/starter/starter-task.ts'
export { generateTask } from './synth/tasks/generate-task.ts'
export { readTasks, writeTasks } from './synth/tasks/task-files.ts'
export {
  type GenerateApplicationsOptions,
  generateApplications,
} from './synth/tools/generate-applications.ts'
export { sampleState } from './synth/tools/sample-state.ts'
export { generateTrajectory } from './synth/trajectories/generate-trajectory.ts'
export { grad } from './tensor/grad.ts'
export * as ops from './tensor/ops.ts'
export { optimize } from './tensor/passes/optimize.ts'
export { printProgram } from './tensor/print.ts'
export type { Program } from './tensor/program.ts'
export { type Tensor, trace } from './tensor/trace.ts'
export type { DType, HostTensor, Shape, Type } from './tensor/types.ts'
export { createTokenizer, type Tokenizer } from './tokenizer/tokenizer.ts'
export { loadTokenizer } from './tokenizer/tokenizer-directory.ts'
export { trainBpe } from './tokenizer/train-bpe.ts'
export { readWeights } from './train/model-weights.ts'
export { resolveRunConfig } from './train/resolve-run-config.ts'
export type { RunConfig, RunConfigInput } from './train/run-config.ts'
export { train } from './train/train.ts'
export {
  type ContaminationIndex,
  type ContaminationOptions,
  createContaminationIndex,
} from './trajectory/contamination.ts'
export {
  createNearDuplicateIndex,
  type NearDuplicateIndex,
  type NearDuplicateOptions,
} from './trajectory/near-duplicates.ts'
export { fromOpenAiChat, toOpenAiChat } from './trajectory/openai-chat.ts'
export { readTrajectories } from './trajectory/read-trajectories.ts'
export { conversation, type Trajectory } from './trajectory/trajectory.ts'
export { createTrajectoryCounter, type TrajectorySummary } from './trajectory/trajectory-counter.ts'
export { openTrajectoryLog, type TrajectoryLog } from './trajectory/trajectory-log.ts'
export { trajectoryTokens } from './trajectory/trajectory-tokens.ts'
export { writeTrajectories } from './trajectory/write-trajectories.ts'
export { UserError } from './user-error.ts'
export type { Application, WorldTool } from './world/application.ts'
export type { Environment } from './world/environment.ts'
export { oraclePolicy } from './world/oracle.ts'
export type { AssistantPolicy, UserPolicy } from './world/policies.ts'
export { type EpisodeOptions, runEpisode } from './world/run-episode.ts'
export { scriptedUser } from './world/scripted-user.ts'
export { solve } from './world/solve.ts'
export type { Task } from './world/task.ts'
export { worldEnvironment } from './world/world-environment.ts'
