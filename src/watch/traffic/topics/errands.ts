import { words } from './words.ts'

export const travel = {
  ...words,
  transport:
    'night train|ferry|rental car|coach|cheap flight|camper van|tram|bike|sleeper bus|tuk-tuk|funicular|cable car|metro|local bus',
  sight:
    'old town|botanical garden|fish market|cathedral|modern art museum|city walls|hammam|opera|lighthouse|castle|flea market|harbour|observatory|street food stalls|vineyards|hot springs|national park|beach|monastery',
  company:
    'with {kin}|alone|with two toddlers|with a dog|on a tight budget|in a wheelchair|with {4..30} students|with my band|by night|in the rain',
  plan: 'getting from {city} to {city} {when}|{2..16} days in {city} {company}|a layover of {3..22} hours in {city}|{transport} or {transport} between {city} and {city}|visa for {city} with a passport from elsewhere|the {sight} of {city} {company}|hotel near the {sight} in {city} under {money}|my {transport} to {city} is delayed by {20..400} minutes|packing for {city} in {month}|a honeymoon in {month}, not too hot|lost my bag in {city}|seat {1..38}{row} on the {transport}|is {city} safe at night|{kin} wants to see the {sight}|vaccines before {city}|tipping in {city}',
  row: 'A|B|C|D|E|F',
  wish: 'vegetarian places|no museums|somewhere quiet|cheap eats near the {sight}|one nice dinner|short walks only|good for photos|early starts are fine|we hate crowds|laundry somewhere|swimming if possible',
  start:
    '{plan}. {asking}?|{hello}, {plan}. {wish}, {wish}. {detail}|{ask} plan {plan}? {wish}|{plan}, {wish}|{want} see {city} and {city}. {plan}. {detail}|{plan}?|how much should I budget for {plan}, {detail}|{plan}. {trouble}. {asking}?|{plan} vs {plan}|best month for the {sight} in {city}? {wish}|{plan} — {wish}, {wish}. {bye}|what do locals eat in {city}, {wish}',
}

export const shopping = {
  ...words,
  item: 'winter coat|hiking boots|desk lamp|office chair|rice cooker|pram|e-bike|tent|monitor|mechanical keyboard|backpack|rain jacket|blender|yoga mat|sewing kit|baby monitor|headphones|robot vacuum|standing desk|duvet|tea set|running shoes|raincover|espresso machine|bookshelf|guitar|telescope|cat tree|suitcase|wallet|sunglasses|wool socks|air purifier|screwdriver set|board game|charging cable',
  flaw: 'arrived broken|is the wrong size|never came|has a part missing|was charged twice|smells strange|is a different colour|stopped working after {2..60} days|came opened|was left in the rain|is listed cheaper now',
  shop: 'the web shop|the branch in {city}|your site|the marketplace seller|the outlet|the app',
  claim:
    'my {item} {flaw}|order {10000..99999} says delivered but the {item} isn’t here|{want} return the {item} from {shop}|the {item} costs {money} at {shop}|a {item} for {kin} under {money}|{item} or {item} as a gift|does the {item} come in {colour}|the voucher {code} is refused|can I change the address for {10000..99999}|refund of {money} still missing|is the {item} worth {money}|warranty on the {item} from {month}|two {item} for the price of one, is it real',
  colour: 'green|navy|grey|black|cream|red|teal|brown|yellow|lilac|white',
  code: '{month}{5..40}|HELLO{10..30}|{season}{5..25}',
  need: 'it has to fit in {30..190} cm|{colour} if possible|second hand is fine|used {1..7} days a week|must be quiet|ships to {city}|before {weekday}|no plastic please|with a receipt on my name|for someone {150..199} cm tall',
  start:
    '{claim}. {asking}?|{hello}, {claim}. {need}. {bye}|{claim}, {need}|{claim} and {claim}. {ask} sort it out|{hello} {claim}?|compare {item} models for me: {need}, {need}, {detail}|{claim}. {trouble}|how do I complain if {claim}|{claim}! I wrote on {weekday} already|where is {10000..99999}? {claim}|{need}: what {item} would you buy for {money}|{ask} write to {shop} that {claim}',
}

export const forms = {
  ...words,
  office:
    'the tax office|the town hall|the landlord|the pension fund|the insurance company|the school|the consulate|the district court|the employment agency|the bank|the registry|the health fund|the housing office|the notary|customs',
  paper:
    'residence certificate|lease termination|power of attorney|small claims form|parental leave request|income statement|name change|driving licence exchange|building permit|inheritance waiver|invoice dispute|work reference|non-disclosure agreement|sublet agreement|appeal|cancellation letter|privacy request|customs declaration|late payment notice|minutes of the meeting',
  term: 'joint liability|notice period|force majeure|usufruct|deposit|statutory interest|arbitration clause|grace period|withholding tax|co-tenancy|severance|retention of title|proxy|lien',
  case: '{office} wants a {paper} by {weekday}|field {1..48} of the {paper}|{want} fill in the {paper} for {kin}|they refused my {paper} because of the date|what does {term} mean in my {paper}|I moved from {city} to {city} in {month}|a fine of {money} from {office}|my employer did not sign the {paper}|{kin} died and {office} asks for a {paper}|contract says {1..12} months, I gave {1..9}|deadline {when} for the {paper}|the {paper} mentions {term} and {term}|deposit of {money} not returned since {month}',
  start:
    '{case}. {asking}?|{hello}. {case}. {ask} explain {term}, {detail}|draft a {paper} to {office}: {case}. {detail}|{case}, {case}. {asking}?|is it legal that {case}|{case}. which documents do I bring?|{ask} make this polite: {case}|{case}. {trouble}|do I need a lawyer if {case}? {bye}|{term} vs {term}, {detail}|what happens when {case} and {case}',
}

export const logistics = {
  ...words,
  cargo:
    'pallets of tiles|reefers of shrimp|steel coils|flat-pack furniture|vaccines|car batteries|cut flowers|drums of solvent|paper rolls|bikes|grain|glass panes|laptops|wind turbine parts|live oysters|books',
  place:
    'dock {2..48}|the {city} hub|gate {1..30}|terminal {1..6}|the cross-dock in {city}|the bonded warehouse|bay {3..90}',
  snag: 'held by customs|short by {2..40} units|stuck behind a strike|over weight by {30..900} kg|without papers|re-routed via {city}|late by {2..70} hours|mislabelled|double booked|too tall for the ramp',
  move: '{4..900} {cargo} from {city} to {city} {when}|the truck for {place} is {snag}|{cargo} at {place} are {snag}|slot at {place} moved to {clock}|container {code}{100000..999999} is {snag}|driver hours end at {clock} near {city}|incoterm for {cargo} to {city}|demurrage of {money} a day at {place}|{2..19} drops around {city}, van of {8..22} cubic metres|stock of {cargo} covers {2..40} days|carrier quotes {money} for {cargo}',
  code: 'MSKU|TGHU|CAIU|HLXU|OOLU|TCNU|ECMU',
  start:
    '{move}. {asking}?|{move}; {move}. {ask} re-plan, {detail}|{hello}, {move}, {move}. who do I call|write to the customer: {move}. {detail}|{move}. what does that cost us|{move} and also {move}. {trouble}|route {2..9} vans: {move}, {move}|{move}?|reorder point if {move}, {detail}|checklist for {cargo} into {city}, {detail}|summarise for the shift: {move}. {move}. {move}.',
}

export const money = {
  ...words,
  product:
    'index fund|savings account|mortgage at {1..6}.{10..95} %|student loan|pension|credit card|car lease|crypto wallet|bond|life insurance|overdraft|premium account|home loan',
  move: 'I earn {money} a month after tax|{want} save {money} by {month}|my {product} costs {money} a year|{kin} borrowed {money}|rent went up by {money}|freelancing since {month}, no {product} yet|{product} or {product}|inherited {money}|paying off a {product} early|splitting {money} between {2..7} flatmates|invoice of {money} unpaid for {10..120} days|we spend {money} on food each week|a {product} in another currency|they offer me {money} more in {city}',
  start:
    '{move}. {asking}?|{hello}, {move} and {move}. {detail}|budget for {2..5} people: {move}, {move}|{move}. {trouble}. {asking}?|explain a {product} to {kin}, {detail}|{move}; is a {product} right|{move}?|if {move}, how long until {money}|{ask} check my maths: {move}, {move}. {bye}|tax on this: {move}. {detail}|what is the catch with a {product}? {move}',
}
