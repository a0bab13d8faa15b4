/** Everyday requests in other languages, each with its own words. Keys are ISO 639-1 codes. */
export const languages = {
  de: {
    wer: 'meine Mutter|mein Chef|unser Vermieter|meine Nachbarin|mein Sohn|die Kollegin|ein Freund|meine Oma|der Hausmeister|unser Verein|mein Bruder|die Lehrerin',
    ort: 'Kassel|Graz|Bern|Rostock|Linz|Mainz|Erfurt|Chur|Kiel|Trier|Passau|Görlitz|Ulm|Bregenz|Emden',
    sache:
      'die Heizung|den Mietvertrag|eine Kündigung|einen Kuchen|das Fahrrad|die Steuererklärung|den Umzug|ein Gedicht|den Garten|eine Bewerbung|die Rechnung|ein Geschenk|den Router|eine Reise nach {ort}|den Kinderwagen|die Hausordnung|einen Aushang|die Matheaufgabe',
    tun: 'planen|schreiben|reparieren|verstehen|kündigen|backen|verbessern|übersetzen|vergleichen|kürzen|bezahlen|erklären|prüfen|organisieren',
    zeit: 'morgen|am {2..28}. Mai|nächste Woche|seit {2..30} Tagen|heute Abend|bis Freitag|im Herbst|um {7..20} Uhr|am Wochenende|nach der Arbeit',
    lage: '{wer} will {sache} {tun}|ich muss {zeit} {sache} {tun}|wie kann ich {sache} {tun}|{wer} sagt, {zeit} ist es zu spät|{sache} kostet {20..900} Euro|in {ort} geht das anders|ohne {sache} geht {zeit} nichts|was heißt das, wenn {wer} {sache} {tun} soll',
    bitte:
      'Hast du eine Idee?|Bitte kurz.|Danke!|Was meinst du?|Schreib es höflich.|Mit Beispiel bitte.|In {3..9} Sätzen.|Worauf muss ich achten?|Geht das auch günstiger?|Ist das erlaubt?',
    start:
      '{lage}. {bitte}|Hallo, {lage} und {lage}. {bitte}|{lage}? {bitte}|{lage}|{bitte} {lage}, {zeit}|Kannst du mir helfen: {lage}. {bitte}|Brief an {wer}: {lage}. {bitte}|{lage}, {lage}. {bitte} {bitte}',
  },
  fr: {
    qui: 'ma mère|mon patron|notre propriétaire|ma voisine|mon fils|la maîtresse|un ami|ma tante|le plombier|mon cousin|mes beaux-parents|le gardien',
    lieu: 'Nantes|Brest|Liège|Lausanne|Amiens|Pau|Namur|Annecy|Dijon|Metz|Tours|Bastia|Sète',
    chose:
      'une lettre|le bail|un gâteau|le vélo|les impôts|un voyage à {lieu}|une recette|la facture|un poème|la chaudière|un CV|le jardin|un discours|le devis|une affiche|le contrat',
    faire:
      'écrire|réparer|comprendre|résilier|préparer|corriger|traduire|comparer|raccourcir|payer|expliquer|organiser|vérifier',
    temps:
      'demain|avant le {2..28} juin|la semaine prochaine|depuis {2..30} jours|ce soir|avant vendredi|cet automne|à {7..20} heures|ce week-end',
    cas: '{qui} veut {faire} {chose}|je dois {faire} {chose} {temps}|comment {faire} {chose}|{qui} dit que {temps} c’est trop tard|{chose} coûte {20..900} euros|à {lieu} ce n’est pas pareil|{temps} il faut {faire} {chose}|je n’arrive pas à {faire} {chose}',
    fin: 'Merci !|Une idée ?|Reste simple.|Qu’en penses-tu ?|Avec un exemple.|En {3..9} phrases.|C’est urgent.|Sois poli.|Est-ce légal ?|Moins cher si possible.',
    start:
      '{cas}. {fin}|Bonjour, {cas} et {cas}. {fin}|{cas} ? {fin}|{cas}|Peux-tu m’aider : {cas}. {fin}|{fin} {cas}, {temps}|Mail pour {qui} : {cas}. {fin}|{cas}, {cas}. {fin} {fin}',
  },
  es: {
    quien:
      'mi madre|mi jefe|el casero|mi vecina|mi hijo|la profesora|un amigo|mi abuela|el fontanero|mi prima|mis suegros|la portera',
    lugar: 'Gijón|Cádiz|Rosario|Cusco|Puebla|Murcia|Cali|Salta|León|Mérida|Temuco|Cuenca',
    cosa: 'una carta|el contrato|una tarta|la bici|los impuestos|un viaje a {lugar}|una receta|la factura|un poema|la caldera|el currículum|el jardín|un discurso|el presupuesto|un cartel',
    hacer:
      'escribir|arreglar|entender|cancelar|preparar|corregir|traducir|comparar|acortar|pagar|explicar|organizar|revisar',
    tiempo:
      'mañana|antes del {2..28} de julio|la próxima semana|desde hace {2..30} días|esta noche|antes del viernes|en otoño|a las {7..12}|este finde',
    caso: '{quien} quiere {hacer} {cosa}|tengo que {hacer} {cosa} {tiempo}|cómo puedo {hacer} {cosa}|{quien} dice que {tiempo} es tarde|{cosa} cuesta {20..900} euros|en {lugar} es distinto|no consigo {hacer} {cosa}|{tiempo} toca {hacer} {cosa}',
    fin: '¡Gracias!|¿Alguna idea?|Que sea breve.|¿Qué opinas?|Con un ejemplo.|En {3..9} frases.|Es urgente.|Con educación.|¿Es legal?|Más barato si se puede.',
    start:
      '{caso}. {fin}|Hola, {caso} y {caso}. {fin}|¿{caso}? {fin}|{caso}|Ayúdame: {caso}. {fin}|{fin} {caso}, {tiempo}|Correo para {quien}: {caso}. {fin}|{caso}, {caso}. {fin} {fin}',
  },
  pt: {
    quem: 'minha mãe|o chefe|o senhorio|a vizinha|meu filho|a professora|um amigo|a avó|o canalizador|minha prima|o porteiro',
    lugar: 'Braga|Évora|Recife|Natal|Aveiro|Belém|Santos|Luanda|Maputo|Viseu|Olinda',
    coisa:
      'uma carta|o contrato|um bolo|a bicicleta|o imposto|uma viagem a {lugar}|uma receita|a fatura|um poema|o currículo|o jardim|um discurso|o orçamento|um cartaz',
    fazer:
      'escrever|consertar|entender|cancelar|preparar|corrigir|traduzir|comparar|encurtar|pagar|explicar|organizar|rever',
    tempo:
      'amanhã|até {2..28} de maio|na próxima semana|há {2..30} dias|hoje à noite|até sexta|no outono|às {7..20} horas',
    caso: '{quem} quer {fazer} {coisa}|preciso de {fazer} {coisa} {tempo}|como posso {fazer} {coisa}|{quem} diz que {tempo} é tarde|{coisa} custa {20..900} reais|em {lugar} é diferente|não consigo {fazer} {coisa}',
    fim: 'Obrigado!|Alguma ideia?|Seja breve.|O que acha?|Com exemplo.|Em {3..9} frases.|É urgente.|Com educação.|É permitido?',
    start:
      '{caso}. {fim}|Olá, {caso} e {caso}. {fim}|{caso}? {fim}|{caso}|Me ajuda: {caso}. {fim}|{fim} {caso}, {tempo}|{caso}, {caso}. {fim} {fim}',
  },
  pl: {
    kto: 'moja mama|szef|właściciel|sąsiadka|syn|nauczycielka|kolega|babcia|hydraulik|kuzynka',
    miasto: 'Gdynia|Lublin|Opole|Toruń|Radom|Kielce|Sopot|Elbląg|Zamość',
    rzecz:
      'list|umowę|ciasto|rower|podatki|przepis|fakturę|wiersz|życiorys|ogród|przemówienie|kosztorys|plakat|regulamin',
    robic:
      'napisać|naprawić|zrozumieć|wypowiedzieć|przygotować|poprawić|przetłumaczyć|porównać|skrócić|zapłacić|wyjaśnić|sprawdzić',
    czas: 'jutro|do {2..28} maja|w przyszłym tygodniu|od {2..30} dni|dziś wieczorem|do piątku|jesienią|o {7..20}',
    sprawa:
      '{kto} chce {robic} {rzecz}|muszę {robic} {rzecz} {czas}|jak mogę {robic} {rzecz}|{kto} mówi, że {czas} będzie za późno|to kosztuje {20..900} złotych, {miasto}|nie umiem {robic} {rzecz}',
    koniec:
      'Dzięki!|Jakiś pomysł?|Krótko proszę.|Co sądzisz?|Z przykładem.|W {3..9} zdaniach.|To pilne.|Grzecznie.',
    start:
      '{sprawa}. {koniec}|Cześć, {sprawa} i {sprawa}. {koniec}|{sprawa}? {koniec}|{sprawa}|Pomóż: {sprawa}. {koniec}|{koniec} {sprawa}, {czas}',
  },
  tr: {
    kim: 'annem|patronum|ev sahibi|komşum|oğlum|öğretmen|bir arkadaşım|ninem|tesisatçı|kuzenim',
    yer: 'Bursa|Adana|Rize|Konya|Mardin|Sinop|Van|Edirne|Ordu',
    sey: 'mektubu|sözleşmeyi|pastayı|bisikleti|vergiyi|tarifi|faturayı|şiiri|özgeçmişi|bahçeyi|konuşmayı|teklifi|afişi',
    yap: 'yazmak|onarmak|anlamak|iptal etmek|hazırlamak|düzeltmek|çevirmek|karşılaştırmak|kısaltmak|ödemek|açıklamak',
    zaman:
      'yarın|{2..28} Mayıs’a kadar|gelecek hafta|{2..30} gündür|bu akşam|cumaya kadar|sonbaharda|saat {7..20}',
    durum:
      '{kim} {sey} {yap} istiyor|{zaman} {sey} {yap} gerek|{sey} nasıl {yap} mümkün|{kim} {zaman} geç diyor|{sey} {20..900} lira, {yer}|{sey} {yap} zor geliyor',
    son: 'Teşekkürler!|Fikrin var mı?|Kısa olsun.|Ne dersin?|Örnekle.|{3..9} cümlede.|Acil.|Kibarca.',
    start:
      '{durum}. {son}|Merhaba, {durum}, {durum}. {son}|{durum}? {son}|{durum}|Yardım et: {durum}. {son}|{son} {durum}, {zaman}',
  },
  zh: {
    who: '我妈|老板|房东|邻居|儿子|老师|朋友|奶奶|同事|表妹|师傅|客户',
    where: '成都|厦门|苏州|昆明|青岛|长沙|大理|哈尔滨|杭州',
    what: '一封信|合同|蛋糕|自行车|报税|去{where}的行程|菜谱|发票|一首诗|简历|花园|演讲稿|报价单|海报|数学题|代码|周报',
    how: '写好|修好|看懂|取消|准备|修改|翻译|比较|缩短|解释|安排|检查',
    time: '明天|{2..28}号之前|下周|已经{2..30}天了|今晚|周五前|秋天|{7..20}点',
    case: '{who}想{how}{what}|我要{time}{how}{what}|怎么{how}{what}|{who}说{time}就晚了|{what}要{20..900}块钱|在{where}不一样|我不会{how}{what}|帮我{how}{what}',
    end: '谢谢！|有什么建议吗？|简短一点。|你怎么看？|举个例子。|{3..9}句话以内。|很急。|礼貌一些。|合法吗？',
    start:
      '{case}。{end}|你好，{case}，{case}。{end}|{case}？{end}|{case}|请帮忙：{case}。{end}|{end}{case}，{time}|{case}，还有{case}。{end}{end}',
  },
  ja: {
    who: '母|上司|大家さん|隣の人|息子|先生|友達|祖母|同僚|いとこ|お客様',
    where: '仙台|金沢|松山|那覇|函館|奈良|高知|盛岡|別府',
    what: '手紙|契約書|ケーキ|自転車|確定申告|{where}旅行|レシピ|請求書|詩|履歴書|庭|スピーチ|見積書|ポスター|宿題|コード',
    how: '書き|直し|調べ|準備し|翻訳し|比べ|まとめ|説明し|予約し|確認し',
    time: '明日|{2..28}日まで|来週|{2..30}日前から|今夜|金曜まで|秋に|{7..20}時に',
    case: '{who}が{what}を{how}たい|{time}{what}を{how}ないといけない|{what}はどうやって{how}ますか|{what}は{200..9000}円です|{where}では違うそうです|{what}がうまく{how}ません',
    end: 'ありがとう！|アドバイスは？|短くお願いします。|どう思いますか？|例をください。|{3..9}文で。|急ぎです。|丁寧に。',
    start:
      '{case}。{end}|こんにちは、{case}。{case}。{end}|{case}。|{case}、{end}|助けてください：{case}。{end}|{end}{case}、{time}',
  },
  ru: {
    kto: 'мама|начальник|хозяин квартиры|соседка|сын|учительница|друг|бабушка|сантехник|коллега',
    gde: 'Казани|Томске|Перми|Сочи|Твери|Омске|Минске|Риге',
    chto: 'письмо|договор|торт|велосипед|налоги|рецепт|счёт|стихи|резюме|сад|речь|смету|плакат|задачу|код',
    delat:
      'написать|починить|понять|отменить|подготовить|исправить|перевести|сравнить|сократить|оплатить|объяснить|проверить',
    kogda:
      'завтра|до {2..28} мая|на следующей неделе|уже {2..30} дней|сегодня вечером|до пятницы|осенью|в {7..20} часов',
    delo: '{kto} хочет {delat} {chto}|мне нужно {kogda} {delat} {chto}|как {delat} {chto}|{kto} говорит, что {kogda} поздно|это стоит {200..9000} рублей|в {gde} по-другому|не могу {delat} {chto}',
    konec: 'Спасибо!|Есть идеи?|Коротко.|Что думаешь?|С примером.|В {3..9} предложениях.|Срочно.|Вежливо.',
    start:
      '{delo}. {konec}|Привет, {delo} и {delo}. {konec}|{delo}? {konec}|{delo}|Помоги: {delo}. {konec}|{konec} {delo}, {kogda}|{delo}, {delo}. {konec}',
  },
} as const

export type Language = keyof typeof languages
