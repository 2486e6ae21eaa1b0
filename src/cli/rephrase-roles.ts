import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, writeJson } from '../files/json-file.ts'
import { type RolesConfig, rolesSchema } from '../roles/role-config.ts'
import { parseAs } from '../schema-error.ts'
import { UserError } from '../user-error.ts'
import type { RephraseOptions } from './rephrase-options.ts'

const sameUrl = (a: string, b: string): boolean => a.replace(/\/+$/, '') === b.replace(/\/+$/, '')

/** Who rephrases and who judges. @throws UserError where nobody is named, and for a wrong address */
export function rephraseRolesOf(options: RephraseOptions): RolesConfig {
  const { baseUrl, model, apiKeyEnv, prices, judgeBaseUrl = baseUrl, judgeModel = model } = options
  if (baseUrl === undefined || model === undefined)
    throw new UserError(
      'who rephrases? Give an endpoint, as in `--base-url http://127.0.0.1:8000/v1 --model NAME`; without one there is --facts only',
    )
  const sameEndpoint = sameUrl(judgeBaseUrl!, baseUrl)
  // A key is for the endpoint that it was given for, a price for the model.
  const judgeKey = options.judgeApiKeyEnv ?? (sameEndpoint ? apiKeyEnv : undefined)
  const judgePrices = options.judgePrices ?? (sameEndpoint && judgeModel === model ? prices : undefined)
  const role = (base_url: string, name: string, key: string | undefined, price: typeof prices) => ({
    base_url,
    model: name,
    ...(key !== undefined && { api_key_env: key }),
    ...(price !== undefined && { prices: price }),
    max_concurrency: options.concurrency,
    timeout_seconds: options.timeout,
    retries: options.retries,
  })
  const roles = {
    rephraser: role(baseUrl, model, apiKeyEnv, prices),
    ...(options.judge && { judge: role(judgeBaseUrl!, judgeModel!, judgeKey, judgePrices) }),
  }
  return parseAs(rolesSchema, roles, 'tsukimi rephrase') as RolesConfig
}

/** Where a rephrasing keeps its roles, for workers beside it. */
const rolesFile = (directory: string): string => join(directory, 'roles.json')

export const saveRephraseRoles = (directory: string, roles: RolesConfig): Promise<void> =>
  writeJson(rolesFile(directory), roles)

/** The roles of a rephrasing's directory; undefined where there are none. @throws UserError for a broken file */
export async function loadRephraseRoles(directory: string): Promise<RolesConfig | undefined> {
  const path = rolesFile(directory)
  return existsSync(path) ? (parseAs(rolesSchema, await readJson(path), path) as RolesConfig) : undefined
}
