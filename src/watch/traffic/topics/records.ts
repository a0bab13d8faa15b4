import { words } from './words.ts'

/** What products and batch jobs put into their templates: one record each. */
export const review = {
  ...words,
  item: 'hotel|kettle|course|restaurant|jacket|podcast|toaster|app|hostel|tent|mattress|dentist|novel|bike lock|spa|ferry|camera|museum|language school|drill',
  praise:
    'exactly as described|the staff were lovely|arrived a day early|worth every cent|my third one already|quiet and clean|better than the one from {city}|the best {item} this year|fits perfectly|would come back in {month}',
  gripe:
    'broke after {2..60} days|far too loud|nobody answered my mails|dirty on arrival|smaller than in the picture|cost {money} extra|the {item} was closed|waited {20..300} minutes|felt cheap|the second visit was worse',
  tail: 'Recommended.|Never again.|{1..5} stars.|Ask for {name}.|Just okay.|Would try once more.|{1..10} out of 10.|My {item} is still waiting.|Not for families.|Ideal for {weekday}s.',
  start:
    '{praise}. {gripe}. {tail}|Bought this {item} in {month}: {praise}, but {gripe}. {tail}|{gripe}, {gripe}. {tail}|{praise}! {praise}. {tail}|{name} from {city} here. {gripe}. {tail} {tail}|{tail} {praise}, {praise}, and yet {gripe}.|The {item} itself is fine ({praise}). Delivery: {gripe}. {tail}|After {2..40} weeks: {gripe}. Before that {praise}.',
}

export const ticket = {
  ...words,
  product:
    'app|account|router|subscription|invoice|sensor|portal|card reader|heat pump|booking|export|login|parcel locker|meter|badge',
  state:
    'will not load|shows last month’s figures|was charged twice|asks for a code I never get|went offline at {clock}|has the wrong address|says error {100..999}|is locked|sends me {2..40} mails a day|needs a new battery|prints the wrong tax rate|does not match order {10000..99999}',
  start:
    'My {product} {state}. {trouble}. {name} {surname}, customer {10000..99999}|{hello}, since {weekday} the {product} {state}. {ask} look? {name}|Ticket {1000..99999}: {product} {state}, second {product} also {state}. Site {city}.|the {product} {state} and the {product} {state}!!! want my {money} back|{name} ({city}) called at {clock}: {product} {state}. Call back {when}.|Re: {product}. It still {state}. I was told {when}. {bye}, {name} {surname}|{product} {state} — {adverb} on {weekday}s. Firmware {1..9}.{0..20}.|To whom it may concern: my {product} {state}. I expect an answer {when}.',
}

export const invoice = {
  ...words,
  ware: 'oak boards|consulting hours|printer paper|hosting|catering|LED panels|bolts M{4..20}|translation|cleaning|steel pipes|coffee beans|licences|paint|repairs|freight|seed potatoes|gloves|training',
  line: '{1..400} x {ware} @ {2..900}.{10..95}',
  start:
    'INVOICE {2024..2026}-{1000..9999} {surname} Ltd, {city}\n{line}\n{line}\nNet {30..9000}.{10..99} VAT {5..25} % due {when}|{surname} & {surname} GmbH\n{line}; {line}; {line}\nPayable by {1..28} {month} to account {1000..9999}|Receipt {10000..99999} {city} {clock} {line} {line} paid {money}|Credit note {100..9999} for {line}, ref {surname}, {month} {2023..2026}|Order {10000..99999}: {line}, {line}. Deliver to {name} {surname}, {city} by {weekday}.|Quote for {name} {surname}: {line}; {line}; valid {10..90} days; total {money}',
}

export const symptomNote = {
  ...words,
  finding:
    'BP {95..180}/{55..110}|pulse {48..120}|temp {36..40}.{0..9}|SpO2 {88..100} %|weight {42..130} kg|pain {1..10}/10|no fever|cough, productive|rash left arm|reduced appetite|sleeps {3..11} h|walks {20..900} m|lungs clear|abdomen soft',
  start:
    'Pt {18..97} {sex}, {finding}, {finding}, {finding}. Plan: review {when}.|{finding}; {finding}; {finding}; {finding}. Seen by Dr {surname} in {city}.|Visit {1..28} {month}. {finding}. {finding}. Family informed ({kin}). {finding}.|Ward {1..30} bed {1..12}: {finding}, {finding}, {finding}. Night quiet.|{sex} {18..97} y. Since {weekday} {finding}. {finding}. {finding}. Next visit {when}.',
  sex: 'f|m|woman|man|x',
}

export const sensorNote = {
  ...words,
  room: 'kitchen|bedroom|hall|garage|greenhouse|cellar|attic|bathroom|nursery|porch|shed|study',
  value:
    '{4..34}.{0..9} °C|{20..99} % humidity|{300..2400} ppm CO2|door open {1..90} min|{0..4800} W|no motion for {2..20} h|battery {3..100} %|{0..90} lux|water leak: no|window {openness}',
  openness: 'open|closed|tilted',
  start:
    '{room}: {value}, {value}; {room}: {value}; {room}: {value}|{clock} {room} {value} / {room} {value} / outside {value}|{room} {value}, {room} {value}, {room} {value}, solar {0..6200} W, car {5..100} %|today {room} {value} and {value}. calendar: {name} at {clock}. bin day {weekday}|{value} in the {room}; yesterday {value}; forecast {2..33} °C',
}
