import { plainPool, pool } from './pool.ts'

export const peopleAndPlaces = {
  person: pool('a full name', '{first} {last}'),
  company: pool(
    'a company',
    '{brand} {trade}',
    '{brand} {trade} {form}',
    '{last} {trade} {form}',
    '{last} and {last}',
  ),
  city: pool('a city', '{city}'),
  country: pool('a country', '{country}'),
  region: pool('a region', '{adjective} {street} {hills|plains|coast|valley|highlands|lowlands}'),
  district: pool(
    'a district',
    '{street} {Hill|Park|Side|Quarter|End|Green}',
    '{North|South|East|West} {street}',
  ),
  street_address: pool(
    'an address',
    '{1|2|3|4|5|6|7|8|9}# {street} {Street|Road|Avenue|Lane|Way}',
    '{1|2|3|4}## {street} {Street|Road|Avenue}',
  ),
  site: pool(
    'a place',
    '{brand} {Hall|Centre|Yard|Terminal|Park|Hub|Campus}',
    '{street} {Hall|House|Pavilion|Yard|Square}',
  ),
  building: pool('a building', '{street} {House|Court|Tower|Lodge|Building}', '{brand} {House|Tower|Court}'),
  zone: pool(
    'a zone',
    'Hall {A|B|C|D|E|F|G}#',
    '{North|South|East|West} {wing|bay|yard|hall} {1|2|3|4|5|6|7|8|9}',
    'Zone %#',
  ),
  room: pool(
    'a room',
    '{kitchen|living room|hallway|bathroom|bedroom|study|cellar|attic|garage|porch|laundry|dining room}',
    '{upstairs|downstairs|guest|front|back} {room|bathroom|hall|bedroom}',
  ),
  room_number: pool(
    'a room',
    'Room {1|2|3|4}##',
    '{Seminar|Music|Lecture|Computer|Art} room {1|2|3|4|5|6|7|8|9}',
  ),
  door: pool('a door', '{front|back|side|garage|cellar|garden|balcony|terrace|office|studio} {door|gate}'),
  university: pool('a university', 'University of {city}', '{city} {Technical University|College|Institute}'),
  court: pool('a court', '{city} {District Court|Court of Appeal|Labour Court|Commercial Court|High Court}'),
  authority: pool(
    'an authority',
    '{city} {Building Office|Trade Office|Tax Office|Port Authority|Environment Agency|Registry}',
  ),
  email: plainPool('an e-mail address', '{first}.{last}@{brand}.example', '{first}{last}##@{brand}.example'),
  phone: pool('a phone number', '+{1|20|27|31|33|34|39|44|46|48|49|52|55|61|64|81|82|91} ### ### ####'),
  login: plainPool('a login name', '{first}.{last}', '{first}{last}##'),
  job_title: pool(
    'a job title',
    '{junior|senior|lead|assistant|deputy} {accountant|analyst|architect|buyer|controller|designer|developer|editor|engineer|planner|recruiter|technician|trainer}',
    '{head|director|manager} of {sales|finance|purchasing|quality|logistics|support|research|marketing}',
  ),
  team: pool(
    'a team',
    '{city} {adjective} {animal}s',
    '{brand} {United|Rovers|Athletic|Wanderers}',
    '{adjective} {thing} team',
  ),
  pet_name: pool(
    "an animal's name",
    '{Biscuit|Pepper|Mochi|Luna|Ziggy|Olive|Rusty|Noodle|Clover|Bandit|Pickle|Juno|Waffle|Sesame|Domino|Truffle|Figaro|Nugget|Cosmo|Maple}',
  ),
  character_name: pool(
    "a figure's name",
    '{first} the {adjective}',
    '{first} of {street} {Hollow|Keep|Ford|Moor}',
  ),
  gamer_tag: pool('a nickname', '{adjective}_{animal}##', '{animal}_of_{thing}', '{first}{thing}##'),
}
