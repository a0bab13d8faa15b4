import { words } from './words.ts'

export const cooking = {
  ...words,
  food: 'aubergines|barley|beetroot|black beans|buckwheat|bulgur|buttermilk|cabbage|capers|carrots|cauliflower|celeriac|chard|chestnuts|chicken thighs|chickpeas|cod|courgettes|couscous|cream cheese|dried figs|duck legs|eggs|fennel|feta|filo pastry|green lentils|halloumi|haricot beans|kale|king prawns|lamb shoulder|leeks|mackerel|minced beef|miso|mushrooms|mussels|noodles|okra|orzo|paneer|parsnips|pearl onions|pickled herring|plantain|polenta|pork belly|potatoes|pumpkin|quinoa|radishes|red cabbage|rhubarb|ricotta|rye bread|salmon|sauerkraut|semolina|silken tofu|smoked trout|spinach|squid|sweet potatoes|tempeh|tinned tomatoes|turkey mince|turnips|venison|walnuts|yoghurt',
  spice:
    'allspice|aniseed|bay leaves|caraway|cardamom|chilli flakes|cinnamon|cloves|coriander seed|cumin|dill|fenugreek|garam masala|ginger|harissa|juniper|lemongrass|mace|marjoram|mustard seed|nigella|nutmeg|oregano|paprika|rosemary|saffron|sage|star anise|sumac|tarragon|thyme|turmeric|vanilla|za’atar',
  dish: 'risotto|tagine|dumplings|shakshuka|goulash|pierogi|a stew|a traybake|soup|curry|pancakes|a pie|flatbreads|fritters|meatballs|gnocchi|a frittata|stuffed peppers|lasagne|pilaf|ramen|a salad|tacos|dal|paella|moussaka|borscht|schnitzel|a crumble|brownies|sourdough|focaccia|cheesecake|panna cotta|macarons|baklava|shortbread|a sponge cake|marmalade|kimchi|chutney|pesto|hummus|stock|gravy|custard',
  tool: 'a slow cooker|an air fryer|a cast iron pan|a wok|a pressure cooker|a toaster oven|a blender|one pot|a campfire|a microwave|a tagine|a steamer|a barbecue|a hand mixer',
  diet: 'vegan|gluten free|low in salt|halal|kosher|nut free|dairy free|for a toddler|for someone with diabetes|without garlic|without alcohol|high in protein|cheap|ready in {15..55} minutes|kid friendly',
  mishap:
    'split|burnt at the bottom|came out dry|stayed raw in the middle|tasted bitter|was far too salty|collapsed|went soggy|turned grey|did not rise|curdled|stuck to the pan|was bland|smelled odd',
  have: 'I have|we have|got|there is|in the fridge I found|left over:|the box this week had|I bought too much',
  cook: 'make|cook|do|try|throw together|prepare|bake|rustle up|serve',
  guest:
    '{2..14} people|{kin}|a picnic|a potluck|lunch at work|the freezer|two days|a birthday|camping|a fussy eater',
  idea: '{have} {food}, {food} and {spice}|{want} {cook} {dish} with {food}|{dish} for {guest}, {diet}|{kin} asked for {dish} {when}|my {dish} {mishap}|what goes with {food} besides {food}|{cook} {dish} in {tool}|how long does {dish} keep|swap for {spice} in {dish}|{food} is on offer, {money} a kilo|the recipe says {50..900} g {food} but I only have {20..600} g|can {dish} be frozen with {food} in it|is {food} safe after {2..9} days|{dish} like they do it in {city}|oven at {150..240} or lower for {food}',
  close:
    '{asking}?|{ask} suggest something {diet}?|{detail}|how much {spice} should go in|what should I serve it with|it has to be {diet}|{trouble}|how would you season it|do I need {tool} for that|{bye}|for {guest}|when do I add the {spice}',
  start:
    '{idea}. {close}|{hello}, {idea}. {close}|{idea}, {close}|{idea}. {idea}? {close}|{ask} {cook} sense of this: {idea}. {close}|{idea}|{hello} {idea}? {bye}|a week of meals around {food} and {food}, {diet}, {detail}|{idea}. {close}. {close}|difference between {spice} and {spice} in {dish}? {detail}|shopping list for {dish} and {dish}, {guest}',
}

export const garden = {
  ...words,
  plant:
    'basil|beech hedge|blueberries|broad beans|camellia|clematis|courgettes|dahlias|ferns|fig tree|foxgloves|fuchsia|garlic|hollyhocks|hostas|hydrangea|ivy|jasmine|lavender|lemon tree|lilac|lupins|magnolia|mint|monstera|nasturtiums|olive tree|orchid|peas|peonies|plum tree|potatoes|raspberries|rhododendron|roses|rosemary|snowdrops|strawberries|sunflowers|sweet peas|tomatoes|tulips|wisteria|yucca',
  sign: 'yellow leaves|brown edges|white powder on the stems|holes everywhere|black spots|no flowers at all|curling leaves|a sticky film|tiny flies|mushy roots|leggy shoots|dropped buds|rust coloured dots',
  spot: 'a north facing balcony|clay soil|a raised bed|a windy roof|the shade of a wall|a greenhouse|a pot of {15..60} cm|sandy ground|a windowsill|an allotment|a slope|a wet corner',
  job: 'prune|repot|divide|water|feed|move|sow|cover|stake|graft|take cuttings of|dig up|save seed from|mulch',
  problem:
    'my {plant} has {sign}|{when} I {job} the {plant}, right|{want} {job} {plant} in {spot}|slugs ate the {plant}|next to the {plant} I put {plant}|{kin} gave me {plant} with {sign}|{plant} in {spot} since {month}|the {plant} is {20..280} cm now|there was frost and the {plant} has {sign}|I {adverb} forget to water the {plant}',
  start:
    '{problem}. {asking}?|{hello}, {problem} and {problem}. {detail}|{problem}, {asking}?|when to {job} {plant} near {city}?|{problem}. {trouble}|is it too late in {month} to {job} {plant}|{ask} plan {spot} of {2..20} by {2..12} metres with {plant}, {plant} and {plant}|{problem} [[in {spot}]]. {ask} tell me what to do? {bye}|what grows well beside {plant} in {spot}, {detail}|{problem}?? {problem}',
}

export const fitness = {
  ...words,
  sport:
    'running|swimming|bouldering|rowing|cycling|yoga|judo|tennis|hiking|dancing|football|pilates|boxing|skiing|netball|handball|orienteering|weightlifting',
  part: 'knee|shoulder|lower back|ankle|hip|wrist|neck|calf|elbow|hamstring|shin|heel',
  goal: 'a half marathon {when}|losing {3..18} kilos|{5..60} push-ups in a row|touching my toes|climbing grade {4..7}b|{20..180} km on the bike|sleeping better|getting back after {2..11} months off|a first triathlon|keeping up with {kin}',
  state:
    'my {part} hurts after {sport}|I do {sport} {1..6} times a week|{want} start {sport} at {18..74}|training for {goal}|{kin} says {sport} ruins your {part}|resting pulse {44..88}, is that fine|I have {10..60} minutes before work|no gym near me, only stairs and a park|{sport} or {sport} for {goal}|my pace is {4..8}:{10..55} per km',
  start:
    '{state}. {asking}?|{hello} {state}, {state}. {detail}|plan for {goal}, {2..6} days a week, {detail}|{state}. {ask} write a plan of {3..16} weeks?|{state}. {trouble}. {asking}|what to eat before {sport} at {clock}|{state}, {asking}?|stretching for the {part} after {sport}, {detail}|{goal}: {state}. {bye}|how do I warm up the {part} before {sport}? {state}',
}

export const household = {
  ...words,
  thing:
    'boiler|radiator|washing machine|dishwasher|fridge|tap|toilet cistern|window frame|door hinge|fuse box|extractor fan|oven light|blind|parquet|bathroom silicone|smoke alarm|doorbell|drain|gutter|chimney|loft hatch|bike chain|sewing machine|sofa|wardrobe|mattress|kettle|router|vacuum cleaner|lawnmower',
  fault:
    'drips|hums at night|shows error E{1..39}|smells of {stink}|trips the breaker|leaks {money} worth of water|won’t close|squeaks|is covered in limescale|has mould|rattles|gets too hot|stopped {when}|wobbles|is scratched',
  stink: 'burning|gas|damp|rotten eggs|plastic|fish',
  material:
    'oak|laminate|marble|linoleum|brass|wool|suede|chipboard|enamel|grout|linen|stainless steel|velvet|terracotta',
  stain:
    'red wine|ink|candle wax|turmeric|engine oil|blood|rust|coffee|chewing gum|nail varnish|grass|wall paint',
  matter:
    'the {thing} {fault}|{stain} on {material}|{want} fix the {thing} myself|{kin} broke the {thing}|the plumber wants {money} for the {thing}|moving out {when} and the {thing} {fault}|how do I descale the {thing}|which screws hold {material} on plasterboard|drilling near the {thing}|a {thing} from {1998..2023}, brand unknown|{stain} came back after cleaning the {material}|the {thing} {fault} only when it rains',
  start:
    '{matter}. {asking}?|{hello}, {matter}. {trouble}. {asking}?|{matter}, {asking}|{matter} and {matter}. {detail}|who pays if {matter}|{ask} explain how to repair it: {matter}. {bye}|{matter}. is {money} fair?|what tools for this: {matter}. {detail}|{matter}!! {trouble}|is it dangerous if {matter}',
}
