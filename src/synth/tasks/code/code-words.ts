/** Words that tasks are told in. */

export const nouns = [
  'billing',
  'cargo',
  'catalog',
  'clock',
  'depot',
  'diary',
  'dispatch',
  'forecast',
  'garden',
  'harbor',
  'inventory',
  'kitchen',
  'ledger',
  'library',
  'logbook',
  'mailing',
  'meters',
  'orders',
  'parcels',
  'payroll',
  'quotes',
  'recipes',
  'rehearsal',
  'reports',
  'roster',
  'routes',
  'sensors',
  'shelves',
  'signals',
  'surveys',
  'tickets',
  'tides',
  'timetable',
  'vouchers',
  'warehouse',
  'weather',
] as const

export const openings = {
  implement: [
    'In {path} there is no body yet for {names}. Please write what is missing, and run the tests before you answer.',
    'Please implement {names} in {path}. The tests must pass.',
    'I need {names} in {path}; so far there is only a stub. Here is what it should do.',
    'Could you fill in {names} in {path}? Run the tests when you think it is done.',
    'We begin with a stub: write {names} in {path} as described and make the tests pass.',
    'In {path} something is left to be written: {names}. This is the description.',
  ],
  fix: [
    'The code in {path} gives wrong results. What is asked of {names} is below. Please find the mistake and repair it; the tests must pass.',
    'Some tests of {path} fail. This is what {names} should do; please correct the code.',
    'Somebody broke {names} in {path}. Bring the code back in line with this description.',
    'There is a bug in {path}. Below is what to expect of {names}. Please fix it and run the tests.',
    'A colleague says that {path} is not right. Compare {names} with this description and repair what differs.',
    'Please debug {path}. This is what to expect of {names}.',
  ],
} as const

export const personas = [
  'A programmer who is short of time and writes in short sentences',
  'A careful maintainer who likes tests',
  'A student who has to hand this in',
  'A data analyst who seldom programs',
  'A team lead who reviews every change',
  'An engineer on call',
] as const

export const systemPrompts = [
  null,
  'You are a programmer. You work in a small workspace with the tools you have. Run the tests before you say that something is done.',
  'You help with code. Read a file before you change it, change only what the task asks for, and check your work with the tests.',
  'You are a coding assistant in a sandbox. Answer shortly when the work is done.',
] as const
