import { pool } from './pool.ts'

export const lifeAndPlay = {
  complaint: pool(
    'a reason',
    '{sudden|mild|severe|recurring|persistent} {headache|back pain|cough|rash|dizziness|knee pain|fever|fatigue|stomach ache|sore throat}',
    '{yearly check-up|blood pressure check|vaccination advice|second opinion|follow-up after surgery}',
  ),
  allergy: pool(
    'an allergy',
    '{none known|penicillin|peanuts|latex|shellfish|pollen|dust mites|bee venom|milk|nickel|ibuprofen|cat hair}',
  ),
  medicine: pool(
    'a medicine',
    '{amoxicillin|ibuprofen|metformin|lisinopril|atorvastatin|omeprazole|salbutamol|levothyroxine|paracetamol|cetirizine|prednisolone|sertraline|warfarin|insulin glargine|ramipril|doxycycline} {tablets|capsules|syrup|drops|injection}',
  ),
  lab_test: pool(
    'a test',
    '{blood glucose|haemoglobin|cholesterol|creatinine|ferritin|vitamin D|thyroid hormone|white cell count|liver enzymes|potassium|urine protein|C-reactive protein}',
  ),
  vaccine: pool(
    'a vaccine',
    '{influenza|tetanus|measles|hepatitis B|polio|rabies|typhoid|yellow fever|pneumococcal|HPV|shingles|whooping cough} vaccine',
  ),
  treatment: pool(
    'a treatment',
    '{knee|hip|shoulder|cataract|dental|heart|skin|spine} {surgery|examination|therapy|scan|implant}',
  ),
  medical_device: pool(
    'a device',
    '{brand} {ultrasound scanner|infusion pump|ventilator|defibrillator|ECG monitor|X-ray unit|centrifuge|wheelchair|incubator|dialysis machine}',
  ),
  ward: pool(
    'a ward',
    "{surgical|maternity|children's|cardiac|neurology|recovery|orthopaedic|geriatric} ward {A|B|C|D}",
  ),
  grocery: pool(
    'a grocery',
    '{oat|soy|goat|almond|whole|rice} {milk|flour|biscuits|yoghurt}',
    '{red|green|black|brown|white} {lentils|beans|rice|tea|pepper}',
    '{tomato|apple|ginger|lemon|olive|carrot} {paste|juice|jam|soup|oil}',
  ),
  chore: pool(
    'a chore',
    '{clean|tidy|dust|sweep|mop|air} the {kitchen|hallway|bathroom|cellar|garage|windows|balcony}',
    '{fold the laundry|water the plants|take out the rubbish|feed the cat|iron the shirts|defrost the freezer}',
  ),
  repair_problem: pool(
    'a problem',
    '{leaking|blocked|noisy|broken|loose|cracked} {tap|drain|radiator|window|door lock|light switch|toilet|oven|shower|boiler|blind}',
  ),
  property_title: pool(
    'a headline',
    '{sunny|quiet|spacious|renovated|charming|modern|bright} {flat|house|studio|loft|office|cottage} {near the park|in the centre|with a garden|by the river|with a view}',
    '{adjective} {house|flat} in {street} {Street|Road}',
  ),
  amenity: pool(
    'an amenity',
    '{roof|garden|basement|riverside} {terrace|gym|sauna|workshop|lounge|pool|playroom|cinema}',
  ),
  crop: pool(
    'a crop',
    '{winter|spring|early|late|sweet|red|white|golden} {wheat|barley|maize|potatoes|carrots|beans|onions|cabbage|peas|rapeseed|sunflowers|lentils}',
  ),
  field_name: pool(
    'a field',
    '{north|south|east|west|upper|lower|long|stony} {meadow|field|acre|terrace|slope|strip} {1|2|3|4|5|6|7|8|9}',
    '{street} {field|acre|meadow}',
  ),
  farm_name: pool(
    'a farm',
    '{street} {Hill|Brook|Valley|Ridge} Farm',
    '{last} family farm',
    '{adjective} {animal} farm',
  ),
  breed: pool(
    'a breed',
    '{mountain|lowland|coastal|highland} {brown|black|white|spotted|red} {A|B|C}',
    '{city} {long-haired|short-haired|horned|polled}',
  ),
  farm_supply: pool(
    'a supply',
    '{clover|barley|maize|grass|rye} seed',
    '{cattle|poultry|horse|pig|sheep} feed',
    '{nitrogen|potash|organic|liquid} fertiliser',
    '{fence wire|hand shears|diesel|milking gloves|pruning saw}',
  ),
  pest: pool(
    'a pest',
    '{green|black|grey|brown|spotted} {aphids|beetles|weevils|caterpillars|mites|slugs|moths}',
    '{leaf|root|stem|fruit} {rust|rot|blight|mildew}',
  ),
  water_source: pool(
    'a source',
    '{street} {brook|lake|pond|well|canal|reservoir}',
    '{city} {river|harbour|spring}',
  ),
  course_title: pool(
    'a course',
    '{discipline} {for beginners|in practice|workshop|masterclass|refresher|1|2|3}',
    '{introduction to|advanced|applied|modern} {discipline}',
  ),
  assignment_title: pool(
    'a title',
    '{essay|problem set|project|presentation|lab report|portfolio} {1|2|3|4|5|6|7|8|9}: {discipline}',
    '{discipline} {test|exercise|review} {1|2|3|4|5|6|7|8|9}',
  ),
  book_title: pool(
    'a book',
    'The {adjective} {thing}',
    '{thing} of {thing}s',
    'A {short|brief|new|secret} history of {discipline}',
    'The {animal} and the {thing}',
  ),
  film_title: pool(
    'a film',
    'The {adjective} {animal}',
    '{adjective} {thing}',
    'Return to {city}',
    '{first} and the {thing}',
  ),
  playlist_title: pool(
    'a playlist',
    '{adjective} {season}',
    '{city} {nights|mornings|drive|sessions}',
    'songs for a {adjective} {thing}',
  ),
  game_title: pool(
    'a game',
    '{adjective} {thing}s',
    '{thing}s of {street}',
    '{animal} {racer|quest|tactics|legends}',
  ),
  game_item: pool(
    'an item',
    '{adjective} {sword|bow|shield|helmet|ring|cloak|staff|potion|amulet|boots}',
    '{animal} {claw|hide|charm|mask|banner}',
    '{material} {hammer|axe|key|lantern|armour}',
  ),
  quest_title: pool(
    'a title',
    '{find|guard|burn|open|follow|save} the {adjective} {thing}',
    'the {animal} of {street} {Hollow|Keep|Moor}',
    "{last}'s {thing}",
  ),
  tournament_title: pool(
    'a tournament',
    '{city} {open|cup|masters|league|classic}',
    '{brand} {season} {cup|challenge|series}',
  ),
  guild: pool(
    'a guild',
    '{adjective} {animal}s',
    'Order of the {adjective} {thing}',
    '{thing}keepers of {street}',
  ),
  realm: pool(
    'a realm',
    '{street} {Hollow|Keep|Moor|Reach|Vale|Wastes}',
    'the {adjective} {forest|coast|isles|mountains|marsh}',
  ),
  stage: pool(
    'a stage',
    '{main|forest|river|harbour|moon|sun|garden|tower} stage',
    '{adjective} {animal} stage',
  ),
}
