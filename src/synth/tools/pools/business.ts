import { plainPool, pool } from './pool.ts'

export const business = {
  product: pool('a product', '{material} {article}', '{colour} {article}', '{brand} {article}'),
  purpose: pool(
    'a purpose',
    '{trade fair|training|software|travel|rent|repairs|recruiting|research|advertising|equipment|translation|insurance} in {city}',
    '{new|replacement|additional} {article}s for {city}',
  ),
  deal_title: pool(
    'a deal',
    '{brand}: {pilot|renewal|expansion|first order|framework agreement|upgrade}',
    '{article}s for {city}',
  ),
  report_title: pool(
    'a title',
    '{businessTopic} in {season}',
    '{businessTopic} by {region|team|product|channel|customer|city}',
    '{weekly|monthly|quarterly|yearly} {businessTopic}',
  ),
  metric_name: pool(
    'a metric',
    '{businessTopic} {rate|index|per employee|per order|per region|trend}',
    '{average|total|median} {businessTopic}',
  ),
  campaign_title: pool(
    'a campaign',
    '{season} {sale|launch|push|tour}: {article}s',
    '{adjective} {season} in {city}',
  ),
  meeting_title: pool(
    'a meeting',
    '{businessTopic} {review|meeting|workshop|call}',
    '{lunch|coffee|meeting|call|dinner} with {first} {last}',
  ),
  contract_title: pool(
    'a contract',
    '{brand} {supply|service|licence|maintenance|consulting|distribution} agreement',
    '{trade} framework agreement {2023|2024|2025|2026}',
  ),
  case_title: pool('a case', '{last} v. {last}', '{last} v. {brand} {trade}', 'In re {brand} {trade}'),
  regulation: pool(
    'a rule',
    '{data protection|anti-bribery|export control|fire safety|working time|waste disposal|product labelling|money laundering|noise|accessibility} {act|directive|ordinance|code} section {1|2|3|4|5|6|7|8|9}#',
  ),
  evidence: pool(
    'a piece of evidence',
    '{letter|e-mail|invoice|photo|recording|statement|contract|receipt} of {first} {last}',
    '{delivery note|access log|minutes|bank statement|medical report} from {season}',
  ),
  permit_subject: pool(
    'a subject',
    '{building|operating|discharge|event|transport|demolition|signage|storage} permit for {street} {Street|Road}',
  ),
  report_topic: pool(
    'a topic',
    '{gifts|invoices|overtime|data access|expenses|discounts|tenders|safety reports} in {city}',
    '{forged|missing|altered|hidden} {invoices|records|receipts|time sheets} in {season}',
  ),
  policy_title: pool(
    'a policy',
    '{travel|gifts|remote work|password|data retention|safety|conflict of interest|social media|procurement|leave} policy for {city}',
    '{trade} {conduct|security|safety} code',
  ),
  document_title: pool(
    'a document',
    '{businessTopic} {notes|summary|plan|memo|checklist|draft}',
    '{minutes|guide|proposal|handbook|report}: {businessTopic}',
    '{letter|application|statement} to {brand} {trade}',
  ),
  portfolio_title: pool(
    'a portfolio',
    '{last} {family|retirement|growth|education|reserve} portfolio',
    '{adjective} {thing} fund',
  ),
  ticker: pool('a ticker symbol', '%%%', '%%%%'),
  trade_reason: pool(
    'a reason',
    '{strong|weak|surprising} {earnings|outlook|orders|margins} in {season}',
    '{takeover|dividend|new product|court ruling|price war} rumour',
  ),
  message: pool(
    'a message',
    'Can we meet in {city} in {season}?',
    'The {article} arrived, thank you, {first}.',
    'Please call {first} {last} about the {article}.',
    'I found the {adjective} {article} very {useful|poor|good|expensive}.',
    'When does the {article} come?',
  ),
  mail_subject: pool(
    'a subject line',
    '{offer|invoice|question|update|reminder}: {article}s',
    '{news|plans|offers} for {season} from {city}',
    '{businessTopic}: {next steps|results|your feedback}',
  ),
  ticket_subject: pool(
    'a subject line',
    '{software} {does not load|shows an error|is slow|lost my data}',
    '{how do I change|where do I find|please enable} the {software}',
  ),
  reminder: pool(
    'a note',
    '{call|write to|visit|pay|meet} {first} {last}',
    '{buy|return|repair|collect} the {article}',
    '{water the plants|renew the passport|book the dentist|back up the phone|take out the bins} in {season}',
  ),
  scholarship: pool(
    'a scholarship',
    '{last} {prize|scholarship|grant} for {discipline}',
    '{city} {discipline} {fellowship|bursary}',
  ),
  page_title: pool(
    'a page title',
    '{about|contact|pricing|careers|help} {in|for} {city}',
    '{article}s for {season}',
    '{discipline} in {city}',
  ),
  headline: pool(
    'a headline',
    '{city} opens a {adjective} {thing}',
    'What {discipline} teaches us about {thing}s',
    'The {adjective} {animal} returns to {city}',
    'Ten {article}s for {season}',
  ),
  form_title: pool(
    'a form',
    '{registration|feedback|order|booking|complaint|application} for {discipline}',
    '{contact|survey|donation} form {city}',
  ),
  event_title: pool(
    'an event',
    '{adjective} {thing} {festival|concert|exhibition|night}',
    '{discipline} {fair|evening|weekend} {city}',
  ),
  url_path: plainPool('a path', '/{discipline}/{adjective}-{thing}', '/{season}/{article}', '/{article}s'),
}
