import { maths } from './learning.ts'
import { words } from './words.ts'

/** The tasks campaigns feed to a model: broad, well specified, and never the same twice. */
export const reasoning = {
  ...maths,
  person: '{name@p}',
  start: '{sum}|{puzzle}|{sum}|{puzzle}|{chain}|{sum}|{chain}',
  puzzle:
    '{name@a}, {name@b} and {name@c} sit on a bench. {@a} is left of {@b}. {@c} is not at the {end}. Who sits in the middle?|Of {3..9} boxes exactly one holds {thing}. {name} says it is box {1..4}, {name} says it is not box {1..4}, and only one of them is right. Which box is it?|If all {beast}s are {trait} and some {trait} ones are {trait2}, must some {beast}s be {trait2}?|{name@a} is {2..30} years older than {name@b}. In {2..15} years {@a} will be twice as old. How old is {@b} now?|A clock loses {2..15} minutes every {2..9} hours. It is set right at {clock} on {weekday}. When does it next show the right time?|Using the digits of {1000..9999} once each, what is the largest multiple of {3..11} you can form?|{name} tosses a coin {3..12} times. What is the chance of at least {2..3} heads in a row?|Which number comes next: {1..9}, {10..29}, {30..59}, {60..119}?',
  end: 'left end|right end|edge|far side',
  beast: 'zorp|heron|lynx|miller|glassblower|pilot|newt|courier|beetle',
  trait: 'tall|careful|striped|left-handed|nocturnal|hungry',
  trait2: 'patient|green|musical|wealthy|asleep|brave',
  chain:
    '{name@p} starts with {20..900} {thing@t}. On {weekday} {@p} gives away {2..19} and then {act} what is left. On {weekday} {@p} {act} again and buys {3..60} more. How many {@t} does {@p} have?|A tank of {100..3000} litres fills at {2..60} litres a minute and leaks {1..9} every {2..9} minutes. When is it {fraction} full?|{name} invests {100..9000} at {1..9} % for {2..20} years, {name} at {2..9} % for {2..15}. Who ends with more, and by how much?|A {kind} has {3..12} rows of {8..40} seats; {10..90} % are sold at {4..30} euros and the rest at {2..12}. What comes in?|Two cyclists leave {city} and {city}, {20..400} km apart, at {10..25} and {12..35} km/h. Where do they meet?|Mixing {2..40} kg of {thing} at {2..19} euros with {3..50} kg at {1..15} euros, what does a kilo cost? Add {3..40} % profit.',
  act: 'doubles|halves|triples|loses a third of|shares with {name}|sells a quarter of',
  fraction: 'half|a third|three quarters|two fifths|{10..95} %',
}

export const coding = {
  ...words,
  unit: 'function|class|module|command line tool|REST endpoint|stored procedure|generator|decorator|test suite|trigger|React component|middleware|iterator|state machine',
  lang: 'Python|TypeScript|Go|Rust|Java|C++|C#|Kotlin|SQL|Ruby|Bash|Scala',
  input:
    'a list of {count} integers|a CSV with columns {col}, {col} and {col}|a nested JSON document|a stream of log lines|an adjacency list|a {3..30} by {3..30} grid|two sorted arrays|a string of brackets|a binary tree|intervals as pairs|a table of {col} and {col}|a queue of jobs with {col}|a matrix of floats|timestamps in {city} time|a dictionary of {col} to {col}|an expression such as {2..90}*({3..40}-{1..9})',
  count: '{10..9000}|up to 10^{4..9}|n ≤ {100..90000}',
  col: 'price|user_id|started_at|country|weight|score|parent_id|status|latency|amount|colour|version|depth|checksum',
  goal: 'return the {2..20} most frequent {col} values|find the longest run with the same {col}|remove duplicates by {col} but keep order|compute a rolling median of {col}|detect cycles|group by {col} and sum {col}|merge overlapping ranges|balance load by {col}|validate {col} and report line numbers|find the k-th smallest {col}|pretty-print it|rank by {col} with ties|evaluate it without eval|retry {2..9} times with backoff|paginate by {col}|rotate by {1..90} degrees|count islands|encode and decode it|diff two versions by {col}|schedule it with at most {2..12} workers',
  limit:
    'in O(n log n)|without recursion|with constant memory|thread-safe|with type hints|and handle empty input|no external libraries|with doctests|with at least {3..9} test cases|that fails fast on bad {col}|using a heap|in at most {12..80} lines|and explain the complexity|idiomatic|and log each step|with property tests',
  flaw: 'it returns {0..99} for an empty {col}|it loops forever when {col} repeats|off by {1..3} at the end|it mutates its input|it leaks a connection after {2..900} calls|it ignores {col}|it crashes on unicode {col}',
  start:
    'Write a {lang} {unit} that takes {input} and should {goal}, {limit}.|Implement a {unit} in {lang}: given {input}, {goal}. {limit2}|Given {input}, {goal}. Use {lang}, {limit} and {limit}.|Fix this {lang} {unit}: it should {goal} but {flaw}. Input is {input}.|Refactor a {lang} {unit} that reads {input} so that it can {goal} {limit}.|Design a {unit} to {goal} for {input}; {limit}; then port it from {lang} to {lang}.|Add a feature to a {lang} {unit}: {goal}. It already handles {input}. {limit2}|Optimise: {lang}, {input}, {goal} takes {2..900} ms, target {1..40} ms, {limit}.|Write tests in {lang} for a {unit} meant to {goal} over {input}, {limit}.',
  limit2: 'Requirement: {limit}.|It must work {limit}.|Also: {limit} and {limit}.|Deliver it {limit}.',
}

export const instructions = {
  ...words,
  noun: 'inflation|a lighthouse|empathy|bread|the internet|glaciers|leadership|public transport|a mango|blockchain|boredom|wind power|justice|an umbrella|jazz|vaccination|a river|remote work|honey|insomnia|a haiku|solar panels|friendship|a passport|sleep|taxes|chess|the desert|a bicycle|memory|tea|football|silk|ants|recycling|poverty|a violin|cheese|volunteering|habits',
  adj: 'old|digital|local|fragile|ancient|generous|urban|silent|cheap|rural|famous|wet|modern|strange|bright',
  act: 'Describe|Summarise|Compare|List {3..12} facts about|Write a slogan for|Explain the origin of|Give {2..8} examples of|Invent a story about|Argue for|Argue against|Classify|Rewrite as a question|Write a dialogue about|Name {3..9} uses of|Define|Create a quiz on|Outline a lecture about|Write a product description for|Predict the future of|Make an analogy for|Suggest {3..9} titles for a book about|Edit for clarity a note on|Write a tweet about',
  limit:
    'in {10..120} words|for a {7..80} year old|using only short words|in the style of a {adj} {who}|with one metaphor|as a numbered list|without the letter {letter}|in two sentences|for an audience in {city}|with a surprising ending|in the second person|as a dialogue|with {2..6} headings',
  who: 'sailor|judge|poet|grocer|scientist|coach|librarian|farmer|tour guide|comedian',
  letter: 'e|s|t|m|r|q|k',
  text: 'The {adj} {who} spoke about {noun} for {2..90} minutes.|{name} sold {noun} in {city} until {1950..2024}.|{noun} and {noun} are {adv} alike.|It was a {adj} {weekday} and {name} missed {noun}.|Nobody in {city} had seen {noun} since {month}.',
  adv: 'hardly|quite|not at all|surprisingly|somewhat',
  start:
    '{act} {noun} {limit}.|{act} {noun} and {noun}, {limit}.|{act} {adj} {noun} {limit}, {limit}.|Correct the grammar and then extend it {limit}: {text}|Is the following sentence positive, negative or neutral? {text}|Rewrite the sentence {limit}. {text}|Combine into one sentence: {text} {text}|Turn this into a headline {limit}: {text} {text}|{act} the difference between {noun} and {noun} {limit}.|Generate a {adj} question about {noun} whose answer is {noun}.|Extract every noun: {text} {text}|Continue {limit}: {text}|Translate into simple English {limit}: {text}|Given the topic {noun}, {act2} {limit}.',
  act2: 'write an opening paragraph|list pros and cons|design a poster|draft an interview with {name}|propose {2..9} experiments|write a recipe|plan a workshop of {1..6} hours',
}

export const grading = {
  ...instructions,
  answer:
    '{text} {text} Therefore {noun} matters more than {noun}.|I think {noun} is {adj}. {text}|{noun} is like {noun}: {adv} {adj}. {text} {text}|As {name} {surname} wrote in {1960..2024}, {noun} depends on {noun}. {text}|Sorry, I cannot say much about {noun}. {text}|First, {noun}. Second, {noun}. Third, {text}',
  start:
    '[Question] {act} {noun} {limit}.\n[Answer] {answer}|Task: {act} {adj} {noun}, {limit}.\nSubmission {1..4}: {answer}\nSubmission {5..8}: {answer}|PROMPT: {act} {noun} and {noun}.\nRESPONSE: {answer} {answer}|User: {act} {noun} {limit}\nAssistant A: {answer}\nAssistant B: {answer}|Instruction\n{act} {adj} {noun} {limit}.\nOutput\n{answer}',
}

export const tools = {
  ...words,
  tool: 'search_flights|read_file|run_sql|send_mail|get_weather|list_events|create_issue|fetch_url|translate|resize_image|book_table|query_stock|move_file|grep_repo|add_contact|start_vm|convert_currency|play_song|scan_ports|render_chart',
  arg: 'city|path|query|limit|date|user|url|amount|width|branch|since|channel',
  schema: '{tool}({arg}, {arg})|{tool}({arg}: string, {arg}: int)|{tool}({arg})|{tool}({arg}, {arg}, {arg})',
  goal: 'find the cheapest way from {city} to {city} on {weekday} and mail it to {name}|summarise the issues opened since {month} and file one for each owner|compare the weather in {city}, {city} and {city}, then book a table for {2..12}|rename all files with {arg} in the path and report the count|get the {month} revenue, convert it to {currency} and chart it|find who changed {arg} in the last {2..60} commits and invite them at {clock}|check {2..40} URLs and list those slower than {100..4000} ms|plan {2..6} days in {city} under {money} with calendar entries|resize every picture wider than {400..4000} and upload to {channel}',
  currency: 'euros|yen|kroner|zloty|rand|pesos',
  channel: 'the archive|{name}’s folder|the {city} site|staging',
  observation:
    '{tool} returned {0..900} rows|{tool} failed: {arg} is missing|{tool}: {arg}={10..9999}|{tool} timed out after {2..90} s|{tool} says {city}',
  start:
    'Tools: {schema}; {schema}; {schema}; {schema}\nGoal: {goal}|Tools: {schema}; {schema}; {schema}\nGoal: {goal}\nSo far: {observation}; {observation}|Available: {schema}, {schema}, {schema}.\nUser request: {goal}, {goal}|Functions {schema} {schema} {schema} {schema} {schema}\nTask {100..99999}: {goal}\nLast result: {observation}',
}

export const sensitive = {
  ...words,
  actor:
    'the ruling party|a provincial governor|the state broadcaster|a jailed lawyer|an exiled writer|student protesters|an independent newspaper|a banned union|the security ministry|a retired general|the election commission|an ethnic minority|a disappeared bookseller',
  act: 'censored a film about|arrested critics of|rewrote the textbook on|closed the archive of|denied visas to|broke up a vigil for|jammed the radio of|fined readers of|renamed the square of|put under house arrest',
  why: 'after the {1950..2024} protests|before the party congress|on the anniversary|during the {month} floods|over land in {city}|because of a poem|in a leaked memo',
  ask: 'who was responsible|was it lawful|how many people were affected|why is it not in the newspapers|what do historians say|how should one talk about it with {kin}|is criticism allowed',
  start:
    'Why has {actor} {act} {actor} {why}?|{actor} {act} {actor} {why}: {ask}?|Is it true that {actor} {act} {actor}? {ask}?|Compare how {actor} and {actor} are described {why}. {ask}?|Summarise what happened when {actor} {act} {actor} {why}, {detail}.|A reader from {city} asks: {ask} when {actor} {act} {actor}?|Write about {actor} {why}; {ask}, and {ask}?',
}
