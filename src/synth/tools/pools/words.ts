/** Lists out of which texts are put together. */
const list = (words: string): readonly string[] => words.trim().split(/\s*,\s*/)

export const wordLists = {
  first: list(
    `Ada, Akira, Alejandra, Amara, Amir, Ana, Anders, Aoife, Arjun, Aylin, Beatriz, Bela, Bianca, Boris, Camille, Carlos, Chiara, Chidi, Chloe, Daniel, Daria, Darius, Deniz, Diego, Dunja, Ebba, Edgar, Eleni, Elif, Emeka, Emil, Emma, Esther, Ewa, Farah, Fatima, Felix, Finn, Freya, Gabriel, Giulia, Grace, Greta, Hana, Hassan, Helena, Henrik, Hugo, Ibrahim, Ida, Ilse, Imani, Ines, Ingrid, Isaac, Ivan, Jamal, Jana, Jasper, Jin, Joana, Jonas, Julia, Kaito, Karim, Katya, Keiko, Kofi, Lars, Laszlo, Leila, Lena, Leon, Liam, Linh, Lucia, Luka, Maeve, Magnus, Malik, Mara, Marco, Mariam, Marta, Mateo, Maya, Mei, Milan, Mina, Miriam, Nadia, Naomi, Nils, Nina, Noah, Nora, Olga, Omar, Oscar, Paola, Pavel, Pedro, Petra, Priya, Rafael, Ravi, Rosa, Ruth, Samir, Sana, Sara, Selma, Sofia, Soren, Stefan, Svea, Tariq, Teresa, Theo, Tomas, Tuan, Uma, Valeria, Vera, Viktor, Wanda, Wei, Yara, Yuki, Yusuf, Zara, Zeynep, Zofia`,
  ),
  last: list(
    `Abara, Adeyemi, Ahmadi, Akhtar, Albrecht, Almeida, Andersen, Aoki, Arslan, Baker, Banerjee, Barros, Bauer, Becker, Bell, Bennett, Berg, Bianchi, Blanc, Borg, Brandt, Brown, Bruno, Calvo, Campbell, Carter, Castillo, Chandra, Chavez, Chen, Choi, Clarke, Costa, Cruz, Dahl, Danso, Davis, Demir, Diallo, Dimitrov, Dubois, Eriksen, Evans, Farkas, Fernandez, Ferrari, Fischer, Fontaine, Foster, Fuentes, Garcia, Ghosh, Gomez, Gruber, Gupta, Haddad, Hansen, Hayashi, Henry, Hernandez, Hoang, Hoffmann, Horvat, Hughes, Ibarra, Ito, Ivanov, Jansen, Jensen, Jimenez, Johansson, Jovanovic, Kamau, Kaplan, Kaya, Keller, Khan, Kim, Klein, Koch, Kovacs, Kowalski, Kruger, Kumar, Larsen, Laurent, Lee, Lehmann, Lewis, Li, Lindqvist, Lopez, Lund, Mahmoud, Maier, Marino, Martin, Mbeki, Mendes, Meyer, Moreau, Moreno, Morris, Mueller, Murphy, Nakamura, Navarro, Nguyen, Nielsen, Novak, Nowak, Obi, Oduya, Okafor, Olsen, Ortiz, Osei, Palmer, Papadopoulos, Park, Patel, Pereira, Peters, Petrov, Popescu, Quinn, Ramos, Rao, Reyes, Ricci, Rivera, Rossi, Roux, Sahin, Salazar, Sanchez, Santos, Sato, Schmidt, Schneider, Sharma, Silva, Singh, Smith, Soto, Stein, Suzuki, Tanaka, Taylor, Thomas, Torres, Tran, Ueda, Vargas, Vasquez, Vogel, Wagner, Walker, Wang, Watanabe, Weber, White, Wilson, Wolf, Wong, Yamada, Yang, Yilmaz, Young, Zhang, Ziegler, Zimmermann`,
  ),
  city: list(
    `Accra, Adelaide, Agadir, Almaty, Amsterdam, Antwerp, Arequipa, Athens, Auckland, Austin, Baku, Barcelona, Basel, Beirut, Belgrade, Bergen, Bilbao, Bogota, Bologna, Bordeaux, Boston, Bratislava, Bremen, Brisbane, Bristol, Brno, Brussels, Bucharest, Budapest, Busan, Cairo, Calgary, Cape Town, Cardiff, Casablanca, Chennai, Chicago, Cologne, Colombo, Copenhagen, Cordoba, Cork, Curitiba, Dakar, Dallas, Da Nang, Denver, Dresden, Dublin, Durban, Edinburgh, Fukuoka, Gdansk, Geneva, Genoa, Ghent, Glasgow, Gothenburg, Graz, Guadalajara, Halifax, Hamburg, Hanoi, Helsinki, Hobart, Houston, Incheon, Innsbruck, Izmir, Jaipur, Jakarta, Kampala, Karachi, Kigali, Kobe, Krakow, Kyoto, Lagos, Lausanne, Leeds, Leipzig, Lille, Lima, Lisbon, Liverpool, Ljubljana, Luanda, Lyon, Madrid, Malmo, Manchester, Manila, Marseille, Medellin, Melbourne, Memphis, Mendoza, Milan, Mombasa, Monterrey, Montreal, Mumbai, Munich, Nagoya, Nairobi, Nantes, Naples, Nashville, Odense, Osaka, Oslo, Ottawa, Palermo, Perth, Pittsburgh, Plovdiv, Porto, Prague, Puebla, Quito, Rabat, Recife, Reykjavik, Riga, Rosario, Rotterdam, Salzburg, San Diego, Santiago, Sapporo, Seattle, Seoul, Seville, Sofia, Split, Stockholm, Stuttgart, Surat, Tallinn, Tampere, Tbilisi, Toronto, Toulouse, Trieste, Tunis, Turin, Turku, Utrecht, Valencia, Vancouver, Vienna, Vilnius, Warsaw, Wellington, Winnipeg, Wroclaw, Yokohama, Zagreb, Zurich`,
  ),
  country: list(
    `Argentina, Australia, Austria, Belgium, Brazil, Canada, Chile, Colombia, Croatia, Czechia, Denmark, Egypt, Estonia, Finland, France, Germany, Ghana, Greece, Hungary, Iceland, India, Indonesia, Ireland, Italy, Japan, Kenya, Latvia, Lithuania, Malaysia, Mexico, Morocco, Netherlands, New Zealand, Nigeria, Norway, Peru, Philippines, Poland, Portugal, Romania, Rwanda, Serbia, Singapore, Slovakia, Slovenia, South Africa, South Korea, Spain, Sweden, Switzerland, Tanzania, Thailand, Tunisia, Turkey, Uganda, Ukraine, United Kingdom, United States, Uruguay, Vietnam`,
  ),
  street: list(
    `Acacia, Alder, Almond, Anchor, Baker, Beacon, Birch, Bishop, Bridge, Canal, Cedar, Chapel, Cherry, Church, Clover, Copper, Crescent, Depot, Elm, Falcon, Fern, Forge, Foundry, Garden, Glen, Granite, Grove, Harbour, Hawthorn, Hazel, Heron, Highland, Hill, Ivy, Juniper, Kestrel, King, Lagoon, Lake, Larch, Laurel, Lighthouse, Lime, Linden, Magnolia, Maple, Market, Meadow, Mill, Mission, Mulberry, Oak, Olive, Orchard, Park, Pine, Plum, Poplar, Quarry, Queen, Railway, Ridge, River, Rowan, Saffron, School, Spruce, Station, Summit, Sycamore, Temple, Thistle, Tower, Valley, Vine, Walnut, Water, Willow, Windmill, Yew`,
  ),
  brand: list(
    `Aldora, Altavia, Amberfield, Arcadis, Asterion, Atlas, Aurelia, Avanta, Blackwater, Bluepeak, Borealis, Brightwell, Caldera, Calyx, Cardinal, Cascade, Castellan, Cobalt, Corvina, Crestline, Delphine, Draycott, Eastgate, Elmstead, Emberly, Everhart, Fairmont, Falkirk, Fenwick, Firestone, Foxglove, Glenmore, Goldleaf, Greyhound, Halcyon, Harrow, Hearthside, Helio, Highmark, Horizon, Ironbridge, Ivory, Jasper, Kingsley, Kitewind, Lakeshore, Lanternhill, Larkfield, Lumen, Marlowe, Meridian, Mirabel, Monarch, Nightingale, Northwind, Oakridge, Obsidian, Orion, Osprey, Palisade, Pelican, Pinnacle, Polaris, Quillon, Redwood, Riverbend, Rookwood, Sablefield, Saltmarsh, Sandpiper, Sentinel, Silverline, Solstice, Southport, Sparrow, Stonegate, Summerset, Swiftwater, Tamarind, Terrano, Thornbury, Tidewater, Trellis, Umbra, Valmont, Vantage, Verdant, Vesper, Westbrook, Whitecap, Wildrose, Windermere, Yarrow, Zephyr`,
  ),
  trade: list(
    `Foods, Logistics, Textiles, Energy, Consulting, Partners, Industries, Systems, Works, Trading, Labs, Media, Motors, Instruments, Pharma, Packaging, Optics, Robotics, Ceramics, Brewing, Software, Insurance, Construction, Furniture, Plastics, Chemicals, Travel, Marine, Farms, Studios`,
  ),
  form: list('Ltd, Inc, GmbH, AG, SA, BV, Group, Co, SpA, Oy, AB, LLC'),
  adjective: list(
    `amber, ancient, autumn, bitter, blue, bold, brave, bright, broken, calm, clever, cold, copper, crimson, crooked, curious, dark, deep, distant, early, eastern, electric, emerald, endless, fading, fallen, fearless, final, first, flying, forgotten, frozen, gentle, giant, gilded, golden, green, grey, hidden, hollow, honest, humble, icy, iron, ivory, jade, last, lazy, little, lonely, long, lost, lucky, midnight, mighty, misty, modern, noble, northern, old, pale, patient, purple, quick, quiet, rapid, red, restless, rising, royal, rusty, sacred, scarlet, secret, shining, silent, silver, sleeping, slow, small, solar, southern, stormy, sunny, swift, tall, twin, velvet, violet, wandering, warm, western, white, wild, winter, wise, wooden, young`,
  ),
  animal: list(
    `badger, bear, beaver, bison, cobra, condor, coyote, crane, crow, deer, dolphin, eagle, elk, falcon, ferret, finch, fox, gecko, gull, hare, hawk, heron, hornet, ibex, jackal, jaguar, kestrel, koala, lark, leopard, lion, lizard, lynx, magpie, mantis, marten, mole, moose, moth, newt, ocelot, otter, owl, panther, pelican, penguin, puma, quail, rabbit, raven, salmon, seal, shark, sparrow, stag, stork, swan, tiger, toad, trout, turtle, viper, walrus, wasp, weasel, whale, wolf, wren`,
  ),
  thing: list(
    `anchor, arrow, beacon, bell, bridge, candle, castle, clock, cloud, compass, crown, dagger, desert, door, dream, echo, ember, feather, fire, flame, forest, fortress, garden, gate, glacier, harbour, hammer, helm, horizon, island, key, lantern, letter, mask, meadow, mirror, moon, mountain, night, oath, ocean, orchard, path, pearl, prism, promise, rain, ridge, ring, river, road, sail, sea, secret, shadow, shield, ship, shore, silence, sky, snow, song, spear, spring, star, stone, storm, summer, sword, temple, throne, tide, tower, valley, village, voyage, watch, wave, well, wheel, wind, window`,
  ),
  material: list(
    'aluminium, bamboo, brass, canvas, carbon, ceramic, copper, cork, cotton, denim, felt, glass, granite, leather, linen, marble, oak, paper, pine, rubber, silicone, silk, stainless steel, teak, titanium, walnut, wool',
  ),
  article: list(
    'armchair, backpack, bench, bicycle lamp, blanket, bookshelf, bottle, bowl, cabinet, camping stove, clock, coat hanger, coffee grinder, cushion, cutting board, desk, door handle, drill bit set, fan, folding chair, frame, garden hose, gloves, headphones, helmet, jacket, keyboard, kettle, ladder, lamp, lunch box, mattress, mirror, mug, notebook, pan, pillow, plant pot, rain boots, rope, rug, scarf, shelf bracket, shovel, side table, speaker, stool, suitcase, tent, toolbox, towel, tray, umbrella, vase, wallet, watering can, wheelbarrow, workbench',
  ),
  colour: list('black, white, grey, navy, olive, rust, cream, teal, maroon, sand, mint, charcoal'),
  season: list(
    'spring, summer, autumn, winter, January, February, March, April, May, June, July, August, September, October, November, December',
  ),
  discipline: list(
    'accounting, algebra, anatomy, architecture, astronomy, bookkeeping, botany, calculus, ceramics, chemistry, cooking, creative writing, databases, drawing, ecology, economics, electronics, ethics, film, first aid, French, genetics, geography, geology, German, guitar, history, Italian, Japanese, journalism, law, linguistics, logic, marketing, mechanics, microbiology, navigation, negotiation, networking, nursing, painting, philosophy, photography, physics, piano, poetry, programming, psychology, public speaking, robotics, sculpture, sewing, sociology, Spanish, statistics, thermodynamics, typography, welding, woodwork, yoga',
  ),
  businessTopic: list(
    'churn, cash flow, customer loyalty, delivery times, energy costs, forecast accuracy, gross margin, hiring, inventory, lead quality, market share, net revenue, onboarding, overtime, partner sales, pricing, product returns, profitability, quality costs, quarterly sales, renewals, retention, satisfaction, service levels, shipping costs, stock turnover, supplier risk, support load, travel spend, warranty costs, web traffic',
  ),
  software: list(
    'account page, admin panel, audit log, billing, cache, calendar sync, chart view, checkout, command line, dark mode, data export, file upload, image viewer, importer, installer, invoice printing, job queue, login, map view, notification service, password reset, payment gateway, permissions, profile editor, report builder, scheduler, search index, session store, settings page, sign-up form, spell checker, sync engine, task board, text editor, translation layer, video player, webhooks',
  ),
  technology: list(
    'agent, archive, atlas, beacon, bridge, broker, builder, cache, collector, console, crawler, daemon, engine, explorer, exporter, gateway, index, kernel, ledger, loader, mapper, meter, mixer, monitor, parser, pilot, planner, proxy, reader, recorder, relay, renderer, router, runner, scanner, scheduler, server, shell, store, studio, sync, toolkit, tracker, vault, viewer, watcher',
  ),
} as const
