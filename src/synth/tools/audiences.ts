import type { Setting } from './vocabulary.ts'
import { flag, int, num, oneOf, text } from './vocabulary.ts'

/** Who runs an application: the last step of breadth, after the special field. */
export const audiences: readonly Setting[] = [
  { name: 'municipal', phrase: 'a municipality', columns: { district: text('district') } },
  { name: 'regional', phrase: 'several branches of a region', columns: { region: text('region') } },
  { name: 'nonprofit', phrase: 'a non-profit association', columns: { volunteer_run: flag } },
  { name: 'family_run', phrase: 'a family business', columns: { family_contact: text('person') } },
  { name: 'international', phrase: 'an international group', columns: { country: text('country') } },
  {
    name: 'seasonal',
    phrase: 'a seasonal operation',
    columns: { season: oneOf('spring', 'summer', 'autumn', 'winter') },
  },
  { name: 'pilot', phrase: 'a pilot project', columns: { pilot_phase: int(1, 6) } },
  { name: 'shared', phrase: 'partners who share one system', columns: { partner: text('company') } },
  { name: 'premium', phrase: 'customers with a premium contract', columns: { contract_code: text('batch') } },
  { name: 'training', phrase: 'trainees under supervision', columns: { supervisor: text('person') } },
  { name: 'emergency', phrase: 'an emergency team', columns: { response_minutes: int(1, 180, 'minutes') } },
  { name: 'low_cost', phrase: 'a low-cost provider', columns: { cost_cap: num(1, 5000, 'USD') } },
]
