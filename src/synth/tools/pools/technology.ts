import { plainPool, pool } from './pool.ts'

export const technology = {
  device_label: pool(
    'a label',
    '{brand} {%#|%##|#%|Mini|Max|Pro}',
    '{adjective} {technology} {1|2|3|4|5|6|7|8|9}',
  ),
  app_name: pool(
    'an app',
    '{brand} {Maps|Notes|Player|Bank|Chat|Fit|Photos|Mail|Ride|News}',
    '{adjective} {technology}',
  ),
  component: plainPool('a component', '{software}', '{technology} {api|worker|ui|core}'),
  bug_title: pool(
    'a title',
    '{software} {crashes|freezes|is slow|shows wrong data|fails silently|loses settings} {after update|on start|with large files|offline|on small screens|under load}',
    '{add|remove|rework|document} {software}',
  ),
  repo_name: plainPool('a repository', '{adjective}-{technology}', '{animal}-{technology}'),
  branch: plainPool(
    'a branch',
    '{feature|fix|release|chore}/{software}',
    '{feature|fix}/{adjective}-{technology}',
  ),
  flag_name: plainPool('a flag', '{new|beta|legacy|fast|safe}-{software}'),
  hostname: plainPool(
    'a host',
    '{animal}-##.{city}.example',
    '{technology}{1|2|3|4|5|6|7|8|9}.{brand}.example',
  ),
  package: plainPool('a package', '{animal}-{technology}', 'lib{adjective}{technology}'),
  program: plainPool('a program', '{technology}d', '{animal}-{technology}', '{brand}-{technology}'),
  project: pool('a project', 'Project {adjective} {animal}', '{brand} {technology}'),
  network_name: pool('a network', '{brand} {Guest|Office|Cafe|Hotel|Home}', '{last} {2G|5G|WiFi|Net}'),
  folder: plainPool(
    'a folder',
    '/{home|srv|data|shared}/{first}/{discipline}',
    '/{home|srv|data|shared}/{season}/{animal}',
  ),
  file_name: plainPool(
    'a file',
    '{adjective}-{thing}.{pdf|png|txt|zip|mp4|csv}',
    '{businessTopic}-{2023|2024|2025|2026}.{xlsx|pdf|csv}',
  ),
  photo_caption: pool(
    'a caption',
    '{adjective} {thing} in {city}',
    '{first} with a {animal}',
    '{season} at the {thing}',
  ),
  album: pool(
    'an album',
    '{city} {2021|2022|2023|2024|2025|2026}',
    '{family|friends|holidays|garden|work} {season}',
  ),
  scene_title: pool(
    'a scene',
    '{adjective} {evening|morning|dinner|movie|party|reading|night}',
    '{good morning|good night|welcome home|leaving|cooking|romance} {1|2|3|4|5}',
  ),
  robot_name: pool(
    'a robot',
    '{Bolt|Pixel|Rover|Tinker|Sprocket|Gizmo|Dash|Rivet|Orbit|Servo|Vector|Nimbus} {1|2|3|4|5|6|7|8|9}#',
    '{animal}-##',
  ),
  robot_model: pool('a model', '{brand} {arm|rover|lift|scout|hand|crawler} {R|S|X|M}##', '{brand} %%-###'),
  mission_title: pool(
    'a title',
    '{patrol|map|inspect|clean|fetch from|deliver to|measure} {street} {hall|yard|bay|wing}',
    '{survey|transport|sorting|search} run ###',
  ),
  machine: pool(
    'a machine',
    '{lathe|press|mill|mixer|oven|conveyor|saw|robot cell|extruder|grinder|laser cutter|pump} {%#|##}',
    '{brand} {press|mill|lathe|pump} ##',
  ),
  line_name: pool(
    'a line',
    'Line {1|2|3|4|5|6|7|8|9}%',
    '{assembly|packing|paint|filling|cutting|testing} line {1|2|3|4|5|6|7|8|9}',
  ),
  machine_fault: pool(
    'a fault',
    '{bearing|belt|motor|valve|sensor|gearbox|brake|wheel} {overheats|jams|vibrates|leaks|is worn|does not answer}',
  ),
  spare_part: pool(
    'a part',
    '{bearing|belt|seal|valve|filter|fuse|gear|nozzle|relay|spring|hose|shaft} %%-###',
  ),
  maintenance_task: pool(
    'a task',
    '{replace|grease|clean|adjust|inspect|test} {bearing|belt|seal|valve|filter|motor|gearbox|nozzle|conveyor|pump}',
  ),
  raw_material: pool(
    'a material',
    '{steel|aluminium|copper|polyethylene|cotton|malt|flour|resin|glass|paper|rubber} {coil|granulate|sheet|rod|powder|pellets} grade {A|B|C}',
  ),
  quality_characteristic: pool(
    'a characteristic',
    '{bore|outer|inner|thread|wall|slot} {diameter|thickness|depth|length|roundness|flatness}',
  ),
  batch: pool('a code', '%%-####', '%#####'),
  bin: pool('a bin', '%-##-##', '{A|B|C|D|E|F}##'),
  plate: pool('a plate', '%%-### %%', '%% #### %'),
  vehicle_model: pool('a model', '{brand} {Cargo|Transit|Carrier|Hauler|Sprint} {1|2|3|4|5|6|7|8|9}00'),
  tractor_model: pool('a model', '{brand} {Agri|Terra|Field} {1|2|3|4|5|6}##'),
  route_title: pool(
    'a title',
    '{city} to {city}',
    '{city} {north|south|east|west} tour',
    '{street} loop {1|2|3|4|5|6|7|8|9}',
  ),
}
