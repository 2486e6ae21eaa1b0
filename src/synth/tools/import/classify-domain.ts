import type { ToolDeclaration } from '../../../chat/messages.ts'
import { spoken } from '../words.ts'

/** Words, and beginnings of words where a `*` ends them, that speak for a domain. */
const keywords: Readonly<Record<string, string>> = {
  enterprise_business_intelligence:
    'crm sales salesforce hubspot lead leads deal pipeline dashboard kpi analytics report revenue invoice* campaign marketing customer* account* survey erp bigquery tableau metric* warehouse',
  transportation_logistics:
    'shipment* delivery deliveries fleet vehicle* truck* driver* route* parcel* freight carrier* customs logistics tracking flight* train* transit traffic airport* map maps geocod* directions',
  iphone_android:
    'iphone ios android mobile phone sms contact* notification* app apps adb simulator screen battery sim photos alarm* whatsapp telegram imessage',
  smart_home:
    'light* thermostat* home homeassistant hue smart lamp* sensor* door* lock* appliance* vacuum scene* zigbee alarm energy camera*',
  real_estate_property:
    'property properties real estate listing* tenant* lease* rent* landlord mortgage apartment* building* housing zillow airbnb',
  software_apps:
    'github gitlab repository repositories issue* pull commit* branch* deploy* docker kubernetes api code jira slack notion ticket* build* database sql query npm package* figma sentry linear confluence document*',
  legal_compliance:
    'legal law* contract* compliance court* regulation* gdpr case* attorney* patent* policy policies audit* clause* permit* privacy license*',
  education_elearning:
    'course* student* learn* lesson* quiz* teacher* school* exam* classroom canvas moodle flashcard* tutor* university grade* anki homework',
  robot_control:
    'robot* ros arm gripper drone* joint* motor* servo* waypoint* navigation lidar mission* manipulator slam',
  agriculture_environmental:
    'crop* farm* soil weather forecast* climate irrigation* harvest* livestock plant* rainfall environment* emission* air water pollut* species temperature',
  healthcare_medical:
    'patient* medical health doctor* clinic* hospital* drug* medicine* diagnos* fhir prescription* appointment* symptom* pubmed disease* clinical gene* nutrition',
  manufacturing_industrial_iot:
    'machine* factory manufactur* plc opc mqtt modbus iot production maintenance industrial scada device* telemetry cad quality',
  desktop_systems:
    'file files filesystem directory directories folder* shell terminal command* process* window* clipboard desktop disk* email* mouse keyboard screenshot* operating backup*',
  financial_trading:
    'stock* trad* portfolio* crypto* bitcoin ethereum price* market* wallet* token* blockchain exchange* option* finance* financial dividend* bank* payment* currency forex invest*',
  website_control:
    'browser* web website* page* url* click* scrap* html navigat* crawl* playwright puppeteer search* seo wordpress cms shop* form* domain* cookie*',
  gaming_entertainment:
    'game* player* match* music song* playlist* movie* film* spotify youtube video* steam chess quest* minecraft unity anime podcast* tournament* ticket*',
}

const matchers = Object.entries(keywords).map(([domain, words]) => ({
  domain,
  expression: new RegExp(
    `\\b(?:${words
      .split(' ')
      .map((word) => word.replace('*', '\\w*'))
      .join('|')})\\b`,
    'g',
  ),
}))

/** Longer words of camelCase names stand apart. */
const wordsOf = ({ function: { name, description = '' } }: ToolDeclaration): string =>
  `${spoken(name)
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[-.]/g, ' ')} ${description}`.toLowerCase()

/**
 * Which of the sixteen domains some tools are of, by the words of their names and descriptions: the one with the most
 * different key words, `unknown` where that is fewer than two or two domains have as many.
 */
export function classifyDomain(tools: readonly ToolDeclaration[]): string {
  const text = tools.map(wordsOf).join('\n')
  const scores = matchers
    .map(({ domain, expression }) => ({ domain, score: new Set(text.match(expression)).size }))
    .toSorted((a, b) => b.score - a.score)
  const [best, second] = scores
  return best!.score < 2 || best!.score === second!.score ? 'unknown' : best!.domain
}
