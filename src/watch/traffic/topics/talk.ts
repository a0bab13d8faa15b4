import { words } from './words.ts'

export const smallTalk = {
  ...words,
  mood: 'tired|bored|proud|a bit lonely|excited|grumpy|nervous|over the moon|stuck|hopeful|homesick|wide awake at {1..5} am|relieved|annoyed',
  event:
    'my {kin3} moved to {city}|I passed my test|the neighbours fought again|we adopted a {pet}|it rained on our party|my date talked about {hobby} for {1..4} hours|I found {money} in a coat|my team lost {0..3}:{4..9}|I start a job {when}|the {pet} ate my {lost}|nobody came to my {hobby} evening|I turned {19..84}',
  kin3: 'best friend|sister|roommate|ex|brother|colleague',
  pet: 'cat|greyhound|parrot|rabbit|tortoise|hamster|puppy|goldfish',
  lost: 'homework|passport|left shoe|sandwich|headphones|birthday cake',
  hobby:
    'chess|knitting|birdwatching|trains|karaoke|pottery|bouldering|stamps|improv|baking|astronomy|salsa|sudoku|magic tricks|crosswords|calligraphy',
  talk: 'I feel {mood} because {event}|{event}|guess what, {event}|do you like {hobby}|tell me a joke about {hobby} and a {pet}|name for a {pet} that likes {hobby}|what should I do {when}, I feel {mood}|{hobby} or {hobby} for a rainy {weekday}|is it weird that {event} made me {mood}|what would you say to {kin} if {event}|a movie for when I am {mood}|how do I tell {kin} that {event}|fun fact about {city}|gift for someone into {hobby}, {money}|song about {hobby}',
  start:
    '{talk}|{hello} {talk}|{talk}. {talk}|{talk}, {asking}?|{talk} lol|{talk}?? {event}|{talk}. and {event}|{adverb} {talk}|{talk} :) {bye}|{event}, so {talk}|{talk} in {2..9} words',
}

export const rolePlay = {
  ...words,
  role: 'a lighthouse keeper|a retired detective|a dragon tax inspector|a ship’s cook|a medieval baker|a robot gardener|a ghost in {city}|a strict piano teacher|a spy who is afraid of {fear}|the last librarian|a talking {beast}|a Martian landlord|an innkeeper|a court jester|a time traveller from {1200..2900}|a knight who sells insurance',
  beast: 'fox|teapot|heron|badger|tram|oak|crow|snail|moth',
  fear: 'geese|heights|buttons|silence|water|mirrors|clowns',
  scene:
    'a market at dawn|a stranded train near {city}|a job interview|a haunted laundrette|the {2..90}th floor|a storm|a duel with spoons|a wedding gone wrong|a tea shop on the moon|an auction|a prison kitchen|a ball',
  twist:
    'never say yes|everyone lies|speak in rhymes|the {beast} is king|time runs backwards|you owe me {money}|we are both {role}|only {3..12} words a turn|you lost your memory|keep secrets from {name}',
  start:
    'you are {role}, I am {role}. {scene}. {twist}|play {role} in {scene}|let us write a story: {role} meets {role}, {scene}|{name} is {role}. continue: it was {season} and {scene} began|{scene}, {twist}, you start|*enters {scene}* {name2}|as {role}, answer: what do you think of {fear}|dungeon: {scene}. my character {name} {surname}, {role}. {twist}|poem from {role} to {role} about {fear}|{ask} describe {scene} as {role}, {detail}|what does {role} say when {twist}',
  name2:
    '"{name}! you owe me {money}"|"so you are {role}"|"who let the {beast} in"|"I came from {city} for this"|"close the door, {name}"',
}

export const medical = {
  ...words,
  drug: 'paracetamol|ibuprofen|amoxicillin|metformin|omeprazole|levothyroxine|salbutamol|prednisolone|ramipril|atorvastatin|cetirizine|sertraline|warfarin|insulin|naproxen|melatonin|iron tablets|vitamin D|nasal spray|eye drops|hydrocortisone cream|antacids',
  complaint:
    'a dry cough|headaches|a rash on the {part}|trouble sleeping|heartburn|dizziness|a stiff {part}|hay fever|a sore throat|cramps|numb fingers|itchy eyes|a swollen {part}|ringing ears|nausea|low energy',
  part: 'arm|foot|eyelid|neck|knee|hand|scalp|back|jaw',
  person:
    'I am {16..90}|{kin} is {1..96}|a child of {1..14} years|{20..41} weeks pregnant|{kin} weighs {9..130} kg|I’m on {drug}',
  doubt:
    'can I take {drug} with {drug}|{complaint} for {2..40} days|the leaflet of {drug} says {2..4} times a day, with food?|I missed my {drug} at {clock}|is {complaint} a side effect of {drug}|blood value {2..400}, the range says {3..390}|when do I see a doctor for {complaint}|{complaint} after {drug}|expired {drug} from {2019..2025}|{drug} {5..800} mg or {5..800} mg|what does "{term}" mean in my report|{complaint} and {complaint} at night',
  term: 'benign|idiopathic|mild degenerative changes|elevated CRP|no acute findings|prophylaxis|contraindicated|titrate|bilateral|unremarkable',
  start:
    '{doubt}? {person}|{hello}, {person}, {doubt}. {asking}?|{person} and {doubt}|{doubt}. {doubt}. {detail}|{doubt}, {trouble}|explain the leaflet for {drug}: {doubt}|{person}. {complaint} since {weekday}. {doubt}|is it fine that {doubt}|what should I ask the doctor about {complaint}, {person}|{doubt}. {person}. {bye}|how long until {drug} helps with {complaint}',
}

/** What people say in the middle of a conversation: short, and the same the world over. */
export const followUp = {
  ...words,
  start:
    'thanks|thank you!|ok|shorter please|make it shorter|and in {tongue}?|why?|can you explain the second point|more examples|that is not what I meant|another one|yes please|no, the other one|what about {2..30} people|what about {weekday}|are you sure?|and if it costs {money}|as a table|longer|more formal|less formal|continue|go on|what do you mean by that|in {city} too?|perfect, {bye}|hm, {asking}?|number {2..7} again|and for {kin}?|use {city} instead|now with {2..90}|remove the last line|{detail}|what else|great. {ask} do the same for {weekday}|i dont understand|is that still true in {2020..2026}?|where did you get that|start again but {detail}|ok and {when}?|wait, {adverb}?|same for {name}|and the cheapest?|sorry, I meant {city}|sources?|try again|{name} says otherwise|good, next|without the {weekday} part|what if {trouble}',
  tongue: 'German|Spanish|French|Polish|Turkish|Arabic|Dutch',
}

/** A note somebody pastes: several sentences of news, minutes or a letter. */
export const passage = {
  ...words,
  body: 'council|cooperative|ferry line|museum|water company|school board|theatre|football club|hospital|port authority|parish|start-up|bakery chain|film festival|orchard|rail operator|observatory|housing trust',
  act: 'will close for {2..30} weeks|has raised prices by {2..40} %|lost {200..9000} members since {2004..2024}|opens a branch in {city}|denies the report|celebrates {5..150} years|hired {3..400} people|asks residents for patience|bought {2..60} electric buses|won a prize in {city}|postponed the vote to {weekday}|found asbestos in the roof|returns {money} to each tenant|is sued by {name} {surname}',
  reason:
    'after heavy rain in {month}|because of rising energy costs|following a complaint by {name} {surname}|to everyone’s surprise|as part of a plan until {2027..2040}|despite protests in {city}|with help from the {body}|as {name} {surname} announced on {weekday}|although the budget was {money} short',
  sentence:
    'The {body} of {city} {act} {reason}.|{reason2}, the {body} {act}.|"{quote}," said {name} {surname}, who runs the {body}.|Figures from {month} show that {2..98} % of visitors come from {city}.|Critics point out that the {body} {act} only {2..9} years ago.|Work begins {when} and should take {2..40} months.|The building, made in {1650..1990}, stands next to the {body}.|{name} {surname} ({19..91}) has lived there since {1950..2020} and disagrees.|A hearing takes place on {weekday} at {clock} in the {body}.|Tickets cost {money}; members of the {body} pay half.',
  reason2:
    'On {weekday}|In {month}|After {2..40} years|Against all advice|Without notice|For the {2..9}th time',
  quote:
    'We had no choice|It is a good day for {city}|Nobody told us before {weekday}|The numbers speak for themselves|I have seen worse in {1960..2010}|Let us wait until {month}|This will cost us {money}',
  start:
    '{sentence} {sentence} {sentence}|{sentence} {sentence} {sentence} {sentence}|{sentence} {sentence}|{sentence} {sentence} {sentence} {sentence} {sentence}|{sentence} {sentence} {sentence} {sentence} {sentence} {sentence}',
}
