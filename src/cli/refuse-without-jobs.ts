import { existsSync } from 'node:fs'
import { holdsStore } from '../jobs/object-store.ts'
import { jobsDirectory, storeDirectory } from '../jobs/open-jobs.ts'
import { UserError } from '../user-error.ts'

/** @throws UserError where there's no server, and no embedded database of a run either */
export function refuseWithoutDatabase(run: string): void {
  if (!process.env.DATABASE_URL && !existsSync(jobsDirectory(run)))
    throw new UserError(`${run}: no jobs have run here; give the directory of a run, or DATABASE_URL`)
}

/** Looking makes no store. @throws UserError where no jobs have run */
export function refuseWithoutJobs(run: string, store: string | undefined): void {
  refuseWithoutDatabase(run)
  const directory = storeDirectory({ directory: run, store })
  if (!holdsStore(directory))
    throw new UserError(
      `${directory}: no jobs have left results here; give the directory of a run, or that of its results with --store or TSUKIMI_STORE`,
    )
}
