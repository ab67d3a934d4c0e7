"""How mail programs introduce what they quote, in the languages that we know; read line by line by `rules.reply`.

Each pattern is used on at most a few lines of bounded length and repeats nothing inside a repetition, so it is linear.
"""

import re

MAX_INTRO = 600
"""Characters of an attribution, wrapped or not."""

_VERBS = (
    r"wrote|writes|has written|said|schrieb|schreibt|geschrieben|[ée]crit|escribi[óo]|escribe|ha scritto|scrive"
    r"|scritto|schreef|schrijft|geschreven|escreveu|escreve|skrev|skrifaði|kirjoitti|pisze|napisał(?:a|\(a\))?"
    r"|napsal(?:\(a\)|a)?|написал(?:а|\(а\))?|пишет|yazdı|írta|έγραψε|写道|寫道|のメール|作成"
)
VERB = re.compile(rf"(?:^|[\s>)\]\"'*_])(?:{_VERBS})(?=[\s:：,.]|$)", re.IGNORECASE)

OPENING = re.compile(
    r"[\s*_-]{0,8}(?:On|At|Am|Le|El|Il|Op|Em|Den|Dne|Dnia|W dniu|In data|Il giorno|In message|In article|Quoting"
    r"|Zitat von|Zitiere|Citation de|Quoted from|On the|Na|No dia|A|Pe|pe|ke|ma|ti|to|la|su"
    r"|(?:Mo|Di|Mi|Do|Fr|Sa|So|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|dom|man|tir|ons|tor|fre|lør|søn"
    r"|пн|вт|ср|чт|пт|сб|вс)[.,]{1,2}|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{4}年|在)(?=[\s,]|$|\d)",
)
"""The first words of an attribution that names the date first; alone it proves nothing."""

QUOTING = re.compile(
    r"\s{0,3}(?:Quoting|Zitat von|Citation de|Citando a?|Quoted from)\s.{3,200}:\s{0,3}$", re.IGNORECASE
)
ADDRESS = re.compile(r"[\w.+%-]{1,64}@[\w.-]{1,255}|<mailto:", re.IGNORECASE)
DATE = re.compile(r"\d{1,2}[:.h]\d{2}|\b(?:19|20)\d{2}\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d年")
ENDING = re.compile(r"[:：]\s{0,3}[*_>]{0,2}\s{0,3}$")
TAIL = re.compile(rf"\s{{0,3}}>{{1,2}}\s{{0,3}}(?:a |ha |has )?(?:{_VERBS})?\s{{0,3}}[:：]\s{{0,3}}$", re.IGNORECASE)
"""The last line of an attribution that was wrapped inside its angle brackets: ``> wrote:`` is no quote."""

_ORIGINAL = (
    r"original[ -]?(?:message|mail|e-?mail|nachricht|appointment)|urspr(?:ü|ue)ngliche (?:nachricht|mail|e-mail)"
    r"|originalnachricht|message d['’]origine|message (?:original|initial|d'origine)|courriel original"
    r"|mensaje original|messaggio originale|messaggio di origine|oorspronkelijk bericht|origineel bericht"
    r"|mensagem original|oprindelig (?:meddelelse|besked)|opprinnelig melding|ursprungligt meddelande"
    r"|alkuperäinen viesti|wiadomość oryginalna|původní zpráva|исходное сообщение|reply separator|reply message"
    r"|(?:end of )?original message|исходное письмо"
)
ORIGINAL = re.compile(
    rf"[\s>]{{0,4}}[-_*=—]{{1,40}}\s{{0,4}}(?:{_ORIGINAL})\s{{0,4}}[-_*=—:]{{0,40}}\s{{0,4}}$", re.IGNORECASE
)
_FORWARDED = (
    r"forwarded message(?: from .{1,80})?|forwarded by .{1,120}|begin forwarded message"
    r"|weitergeleitete (?:nachricht|mail|e-mail)|weitergeleitet von .{1,120}"
    r"|anfang der weitergeleiteten (?:nachricht|e-mail)|message transféré"
    r"|message transmis|courriel transféré|début du message (?:réexpédié|transféré)|mensaje reenviado"
    r"|inicio del mensaje reenviado|messaggio inoltrato|inizio messaggio inoltrato|doorgestuurd bericht"
    r"|begin doorgestuurd bericht|mensagem encaminhada|videresendt (?:besked|melding)|vidarebefordrat meddelande"
)
FORWARDED = re.compile(
    rf"\s{{0,4}}(?:[-_*=]{{2,40}}\s{{0,4}}(?:{_FORWARDED})\s{{0,4}}:?[-_*=]{{0,40}}"
    r"|(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|début du message (?:réexpédié"
    r"|transféré)|inicio del mensaje reenviado|inizio messaggio inoltrato|begin doorgestuurd bericht)\s{0,2}:)\s{0,4}$",
    re.IGNORECASE,
)

_LABELS = {
    "from": "from|von|de|da|van|från|fra|od|от|expéditeur|remitente|mittente|afzender|absender|lähettäjä|发件人|差出人",
    "date": "sent|date|gesendet|gesendet am|datum|envoyé|envoyé le|enviado|enviado el|enviado em|enviada em|fecha"
    "|inviato|data|verzonden|verstuurd|skickat|sendt|wysłano|отправлено|дата|lähetetty|date d'envoi|发送时间|日時"
    "|送信日時|päiväys",
    "to": "to|an|à|a|para|per|aan|till|til|do|кому|pour|destinataire|empfänger|vastaanottaja|收件人|宛先",
    "subject": "subject|betreff|objet|asunto|oggetto|onderwerp|assunto|ämne|emne|temat|тема|betr|aihe|sujet|主题|件名"
    "|thema",
    "cc": "cc|bcc|kopie|copie|copia|kopia|kopi|dw|копия|kopio|抄送|reply-to|antwort an|responder a|répondre à"
    "|importance|priority|priorität|wichtigkeit|attachments|anlagen|organization|organisation|bijlagen|pièces jointes",
}
LABEL_OF = {label: kind for kind, labels in _LABELS.items() for label in labels.split("|")}
LABEL = re.compile(r"[\s*_|]{0,12}([^\s:：*_|][^:：*_|\n]{0,20}?)[\s*_]{0,6}[:：][\s*_|]{0,12}(?=\S|$)")
"""A line of a header block: the label, in bold or not."""

HINTS = (">", ":", "--", "__", "—", "––", "：", "\ue001")
"""Every text from which more than a last line is to be left out has one of these."""

SIGNATURE_STARTS = frozenset({"--", "—", "––", "__"})
"""The first two characters of a signature mark."""

DIVIDER = re.compile(r"\s{0,8}[-_=*—–~]{3,}\s{0,8}$")
RULE = re.compile(r"\s{0,3}_{20,}\s{0,3}$")
"""The line that Outlook and Mailman draw over what does not belong to the mail."""

SIGNATURE = re.compile(r"(?:--|—|––|__|---)[\r\t ]{0,3}$")
FOOTER = re.compile(r"mailing[ -]?list|unsubscribe|abmelden|désabonner|listinfo|/options/|subscription", re.IGNORECASE)
MOBILE = re.compile(
    r"""[\s*_(\[<-]{0,6}(?:
      (?:sent|enviado|envoy[ée]|inviato|gesendet|verzonden|verstuurd|skickat|sendt|enviada)\s
          (?:from|via|with|using|by|on|desde|depuis|de|du|à\spartir|avec|con|da|dal|dallo|mit|von|aus|über|vanaf|vanuit
          |met|fra|från|do|mijn|mein|meinem|mi|mon|ma)\s.{2,90}
    | (?:von|vom|aus|mit)\s(?:meine[mr]?|dem|der|unterwegs)\s?.{0,60}\s?gesendet.{0,40}
    | von\s.{0,40}\s?gesendet
    | get\soutlook\sfor\s.{2,80}
    | (?:holen\ssie\ssich|laden\ssie)\soutlook\s.{2,80} | outlook\sf(?:ür|or|oor)\s.{2,60}
    | t[ée]l[ée]charge[rz]\soutlook\s.{2,80} | obtenez\soutlook\s.{2,80} | obtener\soutlook\s.{2,80}
    | ottieni\soutlook\s.{2,80} | scarica\soutlook\s.{2,80} | outlook\s(?:downloaden|voor)\s.{2,80}
    | download\soutlook\s.{2,80} | get\sbluemail\s.{2,60} | 从我的.{1,20}发[送自].{0,20} | iphoneから送信
    | (?:diese\snachricht\swurde|this\smessage\swas\ssent)\s.{0,80}(?:gesendet|android|k-9|iphone|phone|mobile).{0,60}
    | (?:please\s)?excuse\smy\sbrevity.{0,20} | bitte\sentschuldigen\ssie.{0,60}kürze.{0,20}
    | sent\s(?:by|from)\s(?:my|mobile).{0,60} | powered\sby\sblackberry.{0,40}
    )[\s*_)\]>.!-]{0,6}$""",
    re.IGNORECASE | re.VERBOSE,
)
REPLY_ABOVE = re.compile(r"\s{0,3}##-.{5,200}-##\s{0,3}$")
ANSWERS_INSIDE = re.compile(
    r"(?:answers?|comments?|repl(?:y|ies)|responses?|antwort(?:en)?|anmerkungen|kommentare?|réponses?|commentaires?"
    r"|respuestas?|comentarios?|rispost[ae]|commenti|antwoord(?:en)?|reacties?|opmerkingen)\b[^\n]{0,60}?"
    r"\b(?:in-?line|below|in red|in blue|in green|in bold|embedded|in rot|in blau|in grün|unten|im text"
    r"|dans le texte|ci-dessous|en rouge|en bleu|más abajo|abajo|en rojo|en azul|di seguito|in rosso|in blu|qui sotto"
    r"|hieronder|in het rood|in rood|in blauw)\b|\bsee (?:my )?in-?line\b|\bin-?line (?:below|answers?|comments?|repl)",
    re.IGNORECASE,
)
"""The writer says that the answers are inside what is quoted, where no mark tells them from it."""
