import { words } from './words.ts'

export const maths = {
  ...words,
  thing:
    'apples|marbles|stickers|pages|tickets|litres of paint|trees|bricks|buns|stamps|ribbons|tiles|cups of rice|planks|beads|coins|envelopes|melons|seats|lamps',
  kind: 'school fair|bakery|library|farm|bus company|swimming club|workshop|harbour|choir|tile factory|cinema|camp',
  sum: 'A {kind} has {12..480} {thing@t}. {name} takes {2..11} of them each day. After how many days are {3..9} {@t} left?|{name@p} buys {2..40} {thing} at {2..19} euros each and {3..60} {thing} at {1..9} euros each. How much does {@p} pay?|A train leaves {city} at {6..20}:{10..55} and travels {45..180} km at {40..160} km/h. When does it arrive?|Solve {2..19}x + {3..90} = {40..300}.|Find the area of a triangle with base {3..60} cm and height {4..50} cm.|What is {3..97} % of {40..2400}?|{name} and {name} share {20..600} {thing} in the ratio {2..9}:{3..11}. How many does each get?|Simplify {2..9}/{10..36} + {3..8}/{11..40}.|The mean of {3..9} numbers is {10..90}. One more number, {20..120}, is added. What is the new mean?|A rectangle is {2..30} cm longer than wide and its perimeter is {60..400} cm. Find its sides.|Factorise x² + {3..19}x + {2..90}.|A {kind} sells {20..300} {thing} on {weekday} and twice as many on {weekday}. How many in all?|Differentiate {2..12}x^{3..7} - {3..40}x.|A jar holds {5..40} red and {6..50} blue {thing}. What is the chance of drawing two red ones?|Convert {2..90} km/h to m/s.',
  stuck:
    "I got {3..900} but the book says {2..900}|I don't get the second step|why do we divide|our teacher did it differently|show every step|is there a trick|it's due {when}|only a hint please|check my answer: {2..600}",
  start:
    '{sum}|{sum} {stuck}|{hello} {sum}|{stuck}: {sum}|{sum} {detail}|homework: {sum} {stuck}|{sum} {sum}|explain how to do this one, {detail}. {sum}|{kin} needs help with: {sum}|{number}) {sum}',
  number: '{1..24}|{1..9}a|{1..9}b|{1..9}c',
}

export const school = {
  ...words,
  subject:
    'the water cycle|photosynthesis|the Hanseatic League|plate tectonics|the periodic table|the French Revolution|gothic cathedrals|mitosis|electric circuits|volcanoes|the Silk Road|black holes|the Ottoman Empire|sonnets|supply and demand|acids and bases|the human heart|coral reefs|the printing press|glaciers|Roman roads|vaccines|the moon landing|genetics|haiku|the Congress of Vienna|tides|enzymes|lenses|erosion',
  output:
    'an essay of {150..1200} words|{3..15} flash cards|a quiz with {4..20} questions|a poster text|a short talk|a timeline|a summary|a comparison with {subject}|an experiment|a mnemonic|a poem',
  level: 'year {4..12}|a {8..18} year old|my exam {when}|first semester|beginners|a class of {14..33}',
  point:
    'causes of {subject}|who first wrote about {subject}|the link between {subject} and {subject}|what would happen without {subject}|{3..7} facts about {subject}|common mistakes about {subject}|why {subject} still matters in {city}|pictures to show for {subject}',
  start:
    '{output} on {subject} for {level}|{point}|{hello} {point}? {detail}|{point}, {level}|{want} understand {subject}. {point}. {detail}|{ask} make {output} about {point}|{point} and {point}|our teacher asked for {output}: {subject}. {trouble}|is it true that {point} matters more than {point}|{subject}: {detail}, {level}|mark my answer on {subject} for {level}: it says {point}',
}

export const translation = {
  ...words,
  tongue:
    'German|Polish|Turkish|Portuguese|Dutch|Japanese|Arabic|Ukrainian|Swahili|Korean|Finnish|Hindi|Greek|Romanian|Catalan|Welsh|Thai|Hungarian|Italian|Danish',
  text: 'I will be {5..50} minutes late because of {cause}.|Dear {name}, the meeting on {weekday} is moved to {clock}.|Please sign page {1..40} and send it back by {weekday}.|The room costs {money} a night, breakfast included.|{name} is allergic to {allergen}, is there any in this?|We regret that {cause} delayed your parcel.|Where can I buy a ticket to {city}?|Congratulations on {event}! Love, {name}|Rinse {2..9} times, then dry in the shade.|The deposit of {money} is returned within {5..60} days.|My {kin2} was born in {city} in {1931..2019}.|No one told us about {cause}.|{name} cannot come to class on {weekday}: {cause}.|Turn left after {2..900} metres, behind the {spot}.',
  cause:
    'the strike|heavy snow|a doctor’s visit|a flat tyre|the move|an exam|a power cut|a broken lift|the holiday|a lost key|fog|a burst pipe',
  allergen: 'peanuts|shellfish|lactose|celery|eggs|gluten|sesame|mustard|bees',
  event: 'your wedding|the new job|your exam|the baby|your retirement|the first prize|your visa',
  kin2: 'grandfather|mother|son|aunt|daughter|cousin',
  spot: 'church|petrol station|bakery|school|bridge|roundabout|pharmacy',
  start:
    'translate to {tongue}: {text}|how do you say in {tongue}: {text}|{ask} put this into {tongue}, {tone}. {text}|{text} -> {tongue}|{tongue} please: {text} {text}|is this {tongue} polite? I mean: {text}|{text} (into {tongue} and {tongue})|{hello}, {tongue} version of "{text}" {tone}|correct my {tongue}, it should say {text}|what is the {tongue} word for {allergen} and for {spot}|{tone} {tongue}: {text}',
  tone: 'formal|friendly|for a sign|for an elderly neighbour|very polite|as a text message|for a letter|informal',
}

export const writing = {
  ...words,
  piece:
    'cover letter|wedding speech|newsletter|job ad|product page|eulogy|blog post|press release|grant summary|apology|thank you note|birthday card|LinkedIn post|invitation|toast|reference|resignation|bio|slogan|complaint',
  topic:
    'a {trade} in {city}|our {age} anniversary|the new {trade}|{kin} turning {18..99}|a delay of {2..30} days|losing a client|a charity run {when}|opening hours in {month}|a {trade} who loves {love}|moving to {city}|a {love} club',
  trade:
    'bakery|dental practice|bike shop|nursery|law firm|choir|design studio|roofing company|brewery|museum|bookshop|vet|gym|data team|hostel|physio|florist|tailor',
  love: 'chess|bees|trains|jazz|climbing|opera|football|pottery|birds|sailing|old maps|stamps|crime novels',
  age: '5th|10th|20th|25th|40th|50th|100th',
  tone: 'warm|dry|funny but kind|formal|short and direct|not too salesy|like a person wrote it|modest|confident|for parents|with a pun|no exclamation marks',
  start:
    'write a {piece} about {topic}, {tone}|{piece} for {topic}: {tone}, {tone}, {40..600} words|{hello}, {ask} improve my {piece}: {draft}|{draft} make it {tone}|subject line for a {piece} about {topic}|shorter: {draft}|{piece}, {topic}. {detail}|{ask} check the grammar. {draft} {draft}|{tone} version of this? {draft}|three openings for a {piece} on {topic}, {tone}|reply to {kin}: {draft}',
  draft:
    '"I am writing about {topic} and {adverb} I feel that {feel}."|"Dear {name}, after {2..30} years at the {trade} {feel}."|"We are {adverb} sorry that {feel}, and by {weekday} it is solved."|"{name} {surname} has worked at our {trade} since {1999..2025}; {feel}."|"Come to {city} {when}: {love}, cake and {love}."|"As for {topic}, {feel}, whatever {name} says."',
  feel: 'it is time for something new|the team deserves better|I could be a good fit|nobody asked us|we learnt a lot|I never regretted it|the price had to change|we will miss you|{love} brought us together|it was my mistake',
}

export const science = {
  ...words,
  thing:
    'a kettle|the moon|a bat|yeast|a magnet|lightning|glass|a tardigrade|honey|a comet|rust|a whale|static electricity|a rainbow|a mirror|the tongue|an octopus|a battery|permafrost|a mosquito|neutrinos|a glacier|a prism|moss|an eel',
  deed: 'glow in the dark|float|freeze faster when hot|see colours|survive {2..900} degrees|store energy|hear ultrasound|age backwards|conduct electricity|stick to walls|navigate|smell fear|weigh less at the equator|bend light|grow in {3..60} days',
  start:
    'can {thing} {deed}|why does {thing} {deed} and {thing} not|{hello}, what if {thing} could {deed}|how would {thing} {deed}? {detail}|is it a myth that {thing} can {deed}|{thing} vs {thing}: which could {deed}|{kin} claims {thing} can {deed}. {asking}?|explain {thing} like I am {5..15}, {detail}|how much energy does {thing} need to {deed} for {2..90} minutes|what happens to {thing} at {2..9000} metres|who discovered that {thing} can {deed}|{ask} settle a bet for {money}: {thing} can {deed}',
}
