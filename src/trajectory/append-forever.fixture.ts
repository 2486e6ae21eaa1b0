import { exampleTrajectory } from './trajectory.fixture.ts'
import { openTrajectoryLog } from './trajectory-log.ts'

/** Appends examples to the file that is named until it is killed. */
await using log = await openTrajectoryLog(process.argv[2]!)
process.stdout.write(`${log.count}\n`)
for (;;) await log.append(exampleTrajectory(log.count))
