/** Rules that every topic may use: names, places, times, and the ways people begin and end a request. */
export const words = {
  name: 'Amal|Anouk|Aylin|Bahar|Benoit|Bogdan|Carys|Chinwe|Clara|Dagny|Deniz|Dmitri|Edda|Ekon|Elif|Emeka|Esther|Fergus|Fiona|Gael|Greta|Habib|Hanne|Hiroko|Ines|Ioana|Isak|Jarek|Jaya|Joris|Kaito|Katya|Keanu|Lamia|Leif|Lucia|Magda|Malik|Marisol|Matteo|Mei|Nadia|Ngozi|Noor|Oona|Orla|Paolo|Petra|Priya|Quim|Ravi|Renske|Rosa|Ruben|Sadia|Sanna|Selim|Silke|Soren|Tamar|Tariq|Thandi|Tomas|Ulla|Uma|Vera|Viktor|Wanda|Wren|Xavi|Yara|Yusuf|Zane|Zeynep',
  surname:
    'Abara|Almeida|Berglund|Bianchi|Castellano|Cohen|Dembele|Dvorak|Eriksen|Farouk|Fischer|Gallagher|Haddad|Hoang|Ivanova|Jansen|Kaplan|Kowalski|Lindqvist|Lombardi|Mbeki|Moreau|Nakamura|Novak|Okafor|Olsen|Pereira|Quispe|Rahman|Rossi|Santos|Schneider|Tanaka|Ueda|Varga|Weber|Xu|Yilmaz|Zielinski',
  city: 'Aarhus|Accra|Antwerp|Athens|Bari|Basel|Bergen|Bilbao|Bogota|Bristol|Bruges|Budapest|Cairo|Cardiff|Cebu|Cork|Dakar|Daegu|Dresden|Dublin|Durban|Faro|Galway|Genoa|Ghent|Graz|Haifa|Halifax|Hanoi|Hobart|Innsbruck|Izmir|Jaipur|Kobe|Krakow|Kyoto|Lagos|Leeds|Leipzig|Lille|Lima|Lisbon|Ljubljana|Lyon|Malaga|Malmo|Manila|Medellin|Munich|Nairobi|Nantes|Naples|Oaxaca|Osaka|Oslo|Palermo|Perth|Porto|Prague|Quito|Recife|Riga|Rotterdam|Salerno|Seville|Split|Tallinn|Tampere|Tbilisi|Trieste|Turin|Utrecht|Valencia|Vilnius|Warsaw|Wellington|York|Zagreb',
  weekday: 'Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday',
  month: 'January|February|March|April|May|June|July|August|September|October|November|December',
  season: 'spring|summer|autumn|winter',
  clock: '{6..11} in the morning|{1..11} pm|{7..20}:{10..55}|noon|half past {1..11}',
  when: 'today|tonight|tomorrow|on {weekday}|this weekend|next week|in {2..9} days|by {weekday}|next month|before {month}|in {month}',
  money: '{12..990} euros|USD {15..2400}|£{9..800}|{40..9000} kr|{20..400} dollars|{5..95}.{10..99}',
  kin: 'my mum|my dad|my sister|my brother|my partner|my wife|my husband|my daughter|my son|my grandmother|my uncle|my flatmate|my neighbour|a friend|my boss|a colleague|my cousin|my in-laws|my landlord|my aunt',
  want: "I want to|I'd like to|I'm trying to|we need to|I need to|we're planning to|I'm hoping to|I have to|I was asked to|we'd love to|trying to|want to|I'm supposed to|I was going to|I decided to",
  ask: 'can you|could you|please|would you|help me|any chance you can|pls|I need you to|kindly|would you be able to',
  asking:
    'any idea|any tips|what do you think|what would you do|how would you go about it|what am I missing|is that sensible|does that make sense|is there a better way|what are my options|where do I start|am I overthinking this',
  hello:
    'hi|hello|hey|good morning|good evening|hi there|hey again|quick question|ok so|question|sorry to bother you|one more thing|so|right',
  bye: 'thanks|thank you|thanks a lot|cheers|many thanks|much appreciated|thx|ta|thanks in advance',
  detail:
    'keep it short|no jargon|in plain words|with a short example|as a list|in a table|step by step|one paragraph is enough|be honest|assume I know nothing|bullet points please|no more than {3..12} lines|give me {2..7} options|explain why too|just the answer|with rough numbers|in order of importance|as simple as possible',
  adverb:
    'really|quite|honestly|apparently|suddenly|usually|sometimes|actually|basically|probably|nearly|always|hardly ever',
  trouble:
    "it doesn't work|I'm stuck|I got confused|it went wrong last time|I never did this before|I only have {1..9} hours|I'm short on time|money is tight|I can't ask anyone else|it is urgent|there's no rush|I already tried twice",
} as const
