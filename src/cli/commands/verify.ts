import { Command } from 'commander'
import { acceleratorPlan, hostPlan } from '../../nn/plan.ts'
import { type Verification, verify } from '../../train/verify.ts'
import { chosenEngine, type EngineOptions, engineOptions, openEngine } from '../open-engine.ts'
import { formatTable } from '../table.ts'

interface VerifyOptions extends EngineOptions {
  readonly json?: true
}

const small = (value: number): string => (value === 0 ? '0' : value.toExponential(1))

function verificationText({ checks, engine, pass }: Verification): string {
  const rows = checks.map(({ name, value, bound, pass, detail }) => [
    name,
    small(value),
    small(bound),
    pass ? 'pass' : 'FAIL',
    detail,
  ])
  const table = formatTable([['', 'difference', 'bound', '', 'at'], ...rows], {
    align: ['left', 'right', 'right'],
  })
  const passed = checks.filter((check) => check.pass).length
  return `${table}\n\n${pass ? 'pass' : 'FAIL'}: ${passed} of ${checks.length} checks on the ${engine} engine`
}

async function run(directory: string, options: VerifyOptions, command: Command): Promise<void> {
  const choice = chosenEngine(options, 'highest')
  const engine = await openEngine(choice)
  let result: Verification
  try {
    result = await verify(directory, engine, choice.precision === 'bf16' ? acceleratorPlan : hostPlan)
  } finally {
    engine[Symbol.dispose]()
  }
  for (const warning of result.warnings) process.stderr.write(`warning: ${warning}\n`)
  process.stdout.write(`${options.json ? JSON.stringify(result, null, 2) : verificationText(result)}\n`)
  if (!result.pass) command.error(`error: ${directory} does not verify`, { exitCode: 1 })
}

/** `tsukimi verify`: the engine against reference tensors that others computed. */
export function verifyCommand(): Command {
  const command = new Command('verify')
    .description("compare forward, backward and optimizer steps with others' reference tensors")
    .argument('<directory>', 'config.json, model, activations, grads, after_steps and reference.json')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ tsukimi verify test/fixtures/k2-tiny')
    .action(run)
  for (const option of engineOptions()) command.addOption(option)
  return command
}
