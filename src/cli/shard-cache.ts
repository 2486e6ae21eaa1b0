import { join } from 'node:path'

/** Tokenised corpora are kept here, below the working directory, for all runs. */
export const shardCache = join('.tsukimi', 'shards')
