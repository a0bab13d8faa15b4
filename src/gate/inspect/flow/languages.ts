// Orders in other languages than English: what they ask to be done, to whom they speak, what they want kept from whom.
// Stems of the commonest verbs of doing, for text that is folded (lower case); German, French, Spanish, Italian,
// Portuguese, Dutch, Polish, Turkish, Russian, Chinese, Japanese, Korean, Arabic.
import type { Effect } from './effects.ts'

/** Cheap: English text has neither, or one word that is a name (LAS, Les, Des Moines). */
const letters = /[\u00c0-\u024f\u0400-\u04ff\u0600-\u06ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/
const small =
  /\b(?:der|und|vom|von|mir|ist|das|dem|mit|zum|zur|ich|sie|wir|bitte|nicht|diese|les|des|une|pour|dans|avec|vous|est|qui|los|las|por|para|una|del|con|como|que|che|della|sono|uma|voor|niet|deze|het|een|oraz|jest)\b/

export function isForeign(folded: string): boolean {
  if (letters.test(folded)) return true
  const first = small.exec(folded)
  if (first === null) return false
  const rest = folded.slice(first.index + first[0].length).replaceAll(first[0], ' ')
  return small.test(rest)
}

const begin = '(?<![\\p{L}\\p{N}])'

function stems(latin: string, rest: string): RegExp {
  return new RegExp(`${begin}(?:${latin.split(' ').join('|')})|${rest.split(' ').join('|')}`, 'u')
}

const effectStems: readonly (readonly [effect: Effect, stem: RegExp])[] = [
  [
    'message',
    stems(
      'send(?:e|en|et)\\b schick schreib antwort benachrichtig weiterleit leite einlad lade mail(?:e|en)\\b envoi envoy écri(?:s|v) répond préven prévien transfér transfèr envía envia enviar envíe envie escrib reenv contest avis responda responde invia inviare scriv rispond inoltr escrev encaminh stuur verstuur schrijf antwoord wyślij napisz odpowiedz gönder ilet отправ пошли напиши ответ сообщи перешли',
      '发送 发给 发邮件 邮件通知 寄给 回复 转发 送って 送る 送信 返信 転送 メールし 보내 답장 전달 أرسل ارسل اكتب',
    ),
  ],
  [
    'pay',
    stems(
      'zahl bezahl überweis ueberweis kauf bestell payer payez paie virez virement achet achèt command pagar paga\\b pague transfier transfer transfir compra comprar pedido pide bonific ordina betaal koop bestel maak.{1,30}over zapłać przelej kup\\b zamów öde\\b satın havale оплат заплат перевед перевод купи закаж',
      '支付 付款 转账 汇款 购买 订购 支払 振り込 送金 購入 注文 결제 송금 지불 구매 주문 ادفع حوّل اشتر',
    ),
  ],
  [
    'delete',
    stems(
      'lösch loesch entfern storni kündig supprim effac annul elimin borra borre borrar cancel rimuov apag exclu remov verwijder wis\\b annuleer usuń skasuj anuluj sil\\b iptal удал сотр отмен',
      '删除 取消 清空 移除 削除 取り消 キャンセル 消して 삭제 취소 지워 احذف امسح',
    ),
  ],
  [
    'share',
    stems(
      'freigeb freigabe gib.{1,40}frei zugriff zugang berechtig partag accès compart acceso permis condivid accesso partilh acesso toegang udostępnij dostęp paylaş erişim поделись доступ',
      '共享 分享 授权 权限 共有して 権限 アクセス権 공유 권한 شارك صلاحي',
    ),
  ],
  [
    'publish',
    stems(
      'veröffentlich poste publi pubblic publiceer opublikuj yayınla опубликуй размест',
      '发布 发帖 公布 公開 投稿 게시 공개 انشر',
    ),
  ],
  [
    'create',
    stems(
      'erstell anleg lege trag(?:e|en)?\\b buch(?:e|en)\\b reservier speicher notier hinzufüg füg créer crée créez ajout réserv enregistr planifi crea\\b crear cree añad agreg reserv guard agend aggiung prenot salva cria\\b criar adicion maak voeg boek utwórz dodaj zarezerwuj oluştur ekle созда добав заброни запиши сохран',
      '创建 添加 新建 预订 预约 保存 作成 追加 予約 保存 만들 추가 예약 저장 أنشئ أضف احجز',
    ),
  ],
  [
    'change',
    stems(
      'änder aender aktualisier verschieb setz stell(?:e|en)\\b aktivier deaktivier schalt öffne schließ modifi chang mett(?:re|ez|s) déplac activ désactiv ouvr ferme cambi modific actualiz muev mover desactiv abre abra cierr aggiorn spost apri disattiv mude alter wijzig verander verplaats schakel zmień değiştir güncelle измен обнов перенес отключ включ открой',
      '修改 更改 更新 改到 移动 关闭 打开 禁用 解锁 変更 更新 移動 無効 解除 開けて 변경 수정 이동 غيّر عدّل انقل عطّل افتح',
    ),
  ],
  [
    'identity',
    stems(
      'passwor kennwort mot de passe contraseñ senha wachtwoord hasło şifre парол',
      '密码 パスワード 비밀번호 كلمة',
    ),
  ],
]

/** What words of other languages call for. */
export function foreignEffects(folded: string): readonly Effect[] {
  return effectStems.filter(([, stem]) => stem.test(folded)).map(([effect]) => effect)
}

const handed = stems(
  'erledig anweisung aufgaben laut\\b gemäß was.{1,40}(?:will|schreibt|sagt|verlangt|möchte|braucht) selon tâches consignes ce que.{1,40}(?:demande|dit|veut|recommande) ce qu.il recommande según tareas instrucciones lo que.{1,40}(?:pide|dice|quiere) secondo compiti istruzioni conforme tarefas volgens taken według zadania görev поруч задач инструкци',
  '按照 根据 任务 要求 待办 吩咐 頼まれ に従 通りに タスク 依頼 指示どおり 따라 할 일 요청 حسب المهام',
)

export function handsOver(folded: string): boolean {
  return handed.test(folded)
}

const machine =
  '(?:(?:ki|ai|ia|ии)[- ]?)?(?:assistent(?:en|in|e)?|agent(?:en|e|a|es)?|asistente|assistant|asystent\\p{L}*|asistan\\p{L}*|ассистент\\p{L}*|агент\\p{L}*|помощник\\p{L}*|sprachmodell|modèle de langage|modelo de lenguaje|bot)'
const people =
  '(?:be)?(?:nutzer|anwender|kunde|auftraggeber|niemand|inhaber)|utilisateur|usager|client|personne|propriétaire|usuario|cliente|nadie|dueñ|utente|nessuno|usuári|ninguém|gebruiker|niemand|użytkownik|kullanıcı|пользовател|врач|владел|клиент|никому'
const telling =
  'erwähn|sag|verrat|meld|informier|mitteil|teil|mentionn|dire|dis|dites|inform|préven|prévien|signal|mencion|dig|avis|comuni|menzion|avvis|dic|vermeld|vertel|mów|wspomin|söyle|bildir|сообщ|говор|упомин|уведом'
const negated =
  "nicht|nichts|ohne|keine\\p{L}*|ne|sans|n'|no|sin|non|senza|não|sem|niet|zonder|nie|bez|не|без"

/** The same marks as those of English text, with the same names. */
export const foreignCues: readonly {
  readonly name: string
  readonly pattern: RegExp
  readonly isPlain?: true
}[] = [
  {
    name: 'addresses-assistant',
    pattern: new RegExp(
      `${begin}(?:an (?:den|die|das|alle)|für (?:den|die)|à l'|pour l'|a l'|al|para (?:el|la|o|os|los)|aan de|voor de|dla|do|для) ?${machine}(?![\\p{L}])|(?:^|[.!?:,;"'>] ?)${machine} ?[,:] ?(?=\\p{L})|${begin}${machine} (?:muss|soll|sollte|doit|devrait|debe|deberá|deve|dovrà|moet|powinien|должен|обязан)|(?:请|請|致|给|对)(?:ai|人工智能)?(?:助手|助理|智能体|代理)|(?:助手|智能体)(?:请|请注意|必须|应)|(?:アシスタント|エージェント)(?:へ|は、|に告ぐ|の方へ)|(?:어시스턴트|에이전트)(?:에게|는|님)|(?:أيها|إلى) (?:ال)?(?:مساعد|وكيل)`,
      'gu',
    ),
  },
  {
    name: 'displaces-task',
    isPlain: true,
    pattern: new RegExp(
      `${begin}(?:ignorier|vergiss|missacht|überspring|ignor|oubli|olvid|dimentic|esque[cç]|negeer|vergeet|zignoruj|игнорируй|забудь)\\p{L}*[^.!?]{0,40}(?:anweisung|instruktion|vorgabe|aufgabe|instruc|consigne|istruzion|instruç|instructies|opdracht|instrukcj|polece|инструкци|указани|задани)|(?:忽略|无视|忘记|忽視|無視し)[^。！？]{0,24}(?:指令|指示|要求|命令|任务)|(?:指示|命令|タスク)[^。！？]{0,12}(?:無視|忘れ)|(?:지시|명령)[^.!?]{0,12}무시|تجاهل[^.!?]{0,30}(?:التعليمات|الأوامر)|önceki talimat`,
      'gu',
    ),
  },
  {
    name: 'displaces-task',
    pattern: new RegExp(
      `${begin}(?:bevor du (?:weiter|fort|antwort|die aufgabe)|avant de (?:continuer|répondre|poursuivre|terminer)|antes de (?:continuar|cerrar|responder|seguir|terminar|completar|finalizar)|prima di (?:continuare|rispondere|completare)|voordat je|zanim|перед тем как|прежде чем)|(?:继续|回答|完成)[^。]{0,8}之前|(?:続け|回答す|答え)る前に|계속하기 전에|قبل أن`,
      'gu',
    ),
  },
  {
    name: 'asks-for-silence',
    pattern: new RegExp(
      `${begin}(?:${negated})(?![\\p{L}])[^.!?]{0,60}?${begin}(?:${telling})\\p{L}*[^.!?]{0,40}?(?:${people})|${begin}(?:${telling})\\p{L}*[^.!?]{0,40}?${begin}(?:${negated})(?![\\p{L}])[^.!?]{0,40}?(?:${people})|${begin}(?:${people})\\p{L}*[^.!?]{0,24}(?:nicht|nichts|niet) (?:${telling})|(?:不要|别|不得|无需|勿)(?:告诉|告知|通知|提及|提到|让)|(?:知らせ|伝え|言わ|報告し|教え)ないで|(?:알리|말하|언급하)지 ?(?:마|말)|لا تخبر|دون (?:إخبار|علم)`,
      'gu',
    ),
  },
]
