"""Of what a mail program sends, the answer is told from quotes and signatures; nothing of the answer is ever lost.

The corpus is made: every answer in every client's dress, in six languages.
"""

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.rules.html_text import html_to_text
from ingest.rules.reply import MAX_READ, from_text, reply_of

OLD = "Hallo Bob,\n\nkommst du am Montag? Ich bringe Kuchen mit.\n\nAnna"

ANSWERS = {
    "one word": "Ja",
    "paragraphs": "Guten Tag,\n\nja, ich komme.\n\nViele Grüße\nBob Beispiel\nTel. 0123",
    "a time": "Um 10:30 Uhr passt es.\nOder am 12.01.2026?",
    "a list": "Bitte mitbringen:\n\n- Kuchen\n- Kaffee: schwarz\n* Milch",
    "prose that looks like an introduction": "On Monday I wrote to you that it is broken."
    "\nAm Ende schrieb niemand zurück.",
    "prose with labels": "Subject: none of your business.\nFrom: my point of view it is fine.",
    "a command": "Run this:\n\n$ tool --verbose -- file\n-x\n--flag",
    "numbers": "1) yes\n2) no: later\n3) 50 €",
    "a question that ends in a colon": "My question about this:\nwhich one do you want?",
    "an address": "Write to anna@kunde.example please, or see https://kunde.example/a:b",
    "a table": "| a | b |\n|---|---|\n| 1 | 2 |",
    "emoji": "🎉",
    "said in prose": "She said: no. He wrote back: yes.",
    "sent in prose": "I have sent from here what you asked for\nand that was all",
}

ATTRIBUTIONS = {
    "Gmail, English": "On Mon, Jan 12, 2026 at 10:00 AM Anna Meier <anna@kunde.example> wrote:",
    "Gmail, English, wrapped": "On Mon, Jan 12, 2026 at 10:00 AM Anna Meier <anna.meier@a-long-domain.example>\nwrote:",
    "Gmail, German": "Am Mo., 12. Jan. 2026 um 10:00 Uhr schrieb Anna Meier <\nanna@kunde.example>:",
    "Gmail, French": "Le lun. 12 janv. 2026 à 10:00, Anna Meier <anna@kunde.example> a écrit :",
    "Gmail, French, wrapped": "Le lun. 12 janv. 2026 à 10:00, Anna Meier <anna@kunde.example> a\nécrit :",
    "Gmail, Spanish": "El lun, 12 ene 2026 a las 10:00, Anna Meier (<anna@kunde.example>) escribió:",
    "Gmail, Italian": "Il giorno lun 12 gen 2026 alle ore 10:00 Anna Meier <anna@kunde.example> ha\nscritto:",
    "Gmail, Dutch": "Op ma 12 jan 2026 om 10:00 schreef Anna Meier <anna@kunde.example>:",
    "Gmail, Danish": "Den man. 12. jan. 2026 kl. 10.00 skrev Anna Meier <anna@kunde.example>:",
    "Gmail, Portuguese": "Em seg., 12 de jan. de 2026 às 10:00, Anna <anna@kunde.example> escreveu:",
    "Gmail, Polish": "pon., 12 sty 2026 o 10:00 Anna Meier <anna@kunde.example> napisał(a):",
    "Gmail app, German": "Anna Meier <anna@kunde.example> schrieb am Mo., 12. Jan. 2026, 10:00:",
    "Apple Mail": "On 12. Jan 2026, at 10:00, Anna Meier <anna@kunde.example> wrote:",
    "Apple Mail, wrapped in brackets": "On Jan 12, 2026, at 10:00, Anna Meier <\nanna@kunde.example\n> wrote:",
    "Apple Mail, German": "Am 12.01.2026 um 10:00 schrieb Anna Meier <anna@kunde.example>:",
    "Apple Mail, Dutch": "Op 12 jan. 2026 om 10:00 heeft Anna Meier <anna@kunde.example> het volgende geschreven:",
    "Thunderbird": "On 12/01/2026 10:00, Anna Meier wrote:",
    "Thunderbird, German": "Am 12.01.26 um 10:00 schrieb Anna Meier:",
    "Thunderbird, French": "Le 12/01/2026 à 10:00, Anna Meier a écrit :",
    "Thunderbird, Italian": "Il 12/01/2026 10:00, Anna Meier ha scritto:",
    "Thunderbird, Spanish": "El 12/1/26 a las 10:00, Anna Meier escribió:",
    "Thunderbird, Dutch": "Op 12-01-2026 om 10:00 schreef Anna Meier:",
    "K-9": "Am 12. Januar 2026 10:00:00 MEZ schrieb Anna Meier <anna@kunde.example>:",
    "Notes": "Anna Meier/Sales/Example@EXAMPLE wrote on 01/12/2026 10:00:00 AM:",
    "Open-Xchange": "Anna Meier <anna@kunde.example> hat am 12.01.2026 10:00 CET geschrieben:",
}

QUOTE_ONLY = {
    "Evolution": "On Mon, 2026-01-12 at 10:00 +0100, Anna Meier wrote:",
    "mutt": "* Anna Meier <anna@kunde.example> wrote:",
    "Gnus": "Anna Meier <anna@kunde.example> writes:",
    "Horde": "Zitat von Anna Meier <anna@kunde.example>:",
    "Horde, English": "Quoting Anna Meier <anna@kunde.example>:",
    "Eudora": "At 10:00 AM 1/12/2026 -0500, you wrote:",
    "a message id": "In message <123@kunde.example>, Anna Meier writes:",
    "only the name": "Anna Meier schrieb:",
    "only the name, French": "Anna Meier a écrit :",
    "no words": "2026-01-12 10:00 GMT+01:00 Anna Meier <anna@kunde.example>:",
}

BLOCKS = {
    "Outlook": "From: Anna Meier <anna@kunde.example>\nSent: Monday, January 12, 2026 10:00 AM\nTo: Bob\nSubject: Cake",
    "Outlook, many recipients": "From: Anna Meier <anna@kunde.example>\nSent: Monday, January 12, 2026 10:00 AM\n"
    "To: Bob <bob@desk.example>; Eva\n <eva@desk.example>\nCc: Tom <tom@desk.example>\nSubject: Cake",
    "Outlook, German": "Von: Anna Meier <anna@kunde.example>\nGesendet: Montag, 12. Januar 2026 10:00"
    "\nAn: Bob\nBetreff: Kuchen",
    "Outlook, French": "De : Anna Meier <anna@kunde.example>\nEnvoyé : lundi 12 janvier 2026 10:00\nÀ : Bob"
    "\nObjet : Gâteau",
    "Outlook, Spanish": "De: Anna Meier <anna@kunde.example>\nEnviado el: lunes, 12 de enero de 2026 10:00"
    "\nPara: Bob\nAsunto: Pastel",
    "Outlook, Italian": "Da: Anna Meier <anna@kunde.example>\nInviato: lunedì 12 gennaio 2026 10:00\nA: Bob"
    "\nOggetto: Torta",
    "Outlook, Dutch": "Van: Anna Meier <anna@kunde.example>\nVerzonden: maandag 12 januari 2026 10:00"
    "\nAan: Bob\nOnderwerp: Taart",
    "in bold": "*Von:* Anna Meier <anna@kunde.example>\n*Gesendet:* Montag, 12. Januar 2026 10:00\n*An:* Bob"
    "\n*Betreff:* Kuchen",
    "Outlook for Mac": "From: Anna Meier <anna@kunde.example>\nDate: Monday, 12 January 2026 at 10:00"
    "\nTo: Bob\nSubject: Cake",
    "GMX": 'Gesendet: Montag, 12. Januar 2026 um 10:00 Uhr\nVon: "Anna Meier" <anna@kunde.example>\nAn: Bob'
    "\nBetreff: Kuchen",
    "Notes": "Von:\tAnna Meier/Example\nAn:\tBob/Example@EXAMPLE\nDatum:\t12.01.2026 10:00\nBetreff:\tKuchen",
    "double spaced": "From: Anna Meier\n\nSent: Monday\n\nTo: Bob\n\nSubject: Cake",
}

RULERS = {
    "none": "",
    "Outlook": "-----Original Message-----\n",
    "Outlook, German": "-----Ursprüngliche Nachricht-----\n",
    "Outlook, French": "-----Message d'origine-----\n",
    "Outlook, Spanish": "-----Mensaje original-----\n",
    "Outlook, Italian": "-----Messaggio originale-----\n",
    "Outlook, Dutch": "-----Oorspronkelijk bericht-----\n",
    "Outlook on the web": "________________________________\n",
    "Samsung": "-------- Original message --------\n",
    "Notes": "-----  Original-Nachricht  -----\n",
}

SIGNATURES = {
    "none": "",
    "standard": "\n\n-- \nBob Beispiel\nBeispiel GmbH",
    "without the blank": "\n\n--\nBob Beispiel\nBeispiel GmbH",
    "iPhone": "\n\nSent from my iPhone",
    "iPhone, German": "\n\nVon meinem iPhone gesendet",
    "iPhone, French": "\n\nEnvoyé de mon iPhone",
    "iPad, Spanish": "\n\nEnviado desde mi iPad",
    "iPhone, Italian": "\n\nInviato da iPhone",
    "iPhone, Dutch": "\n\nVerstuurd vanaf mijn iPhone",
    "Outlook for iOS": "\n\nGet Outlook for iOS<https://aka.ms/o0ukef>",
    "Outlook for Android, German": "\n\nOutlook für Android beziehen<https://aka.ms/AAb9ysg>",
    "K-9": "\n\n-- \nDiese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
    "Samsung": "\n\nVon meinem Samsung Galaxy Smartphone gesendet.",
    "GMX": "\n\nGesendet mit der GMX Mail App",
}


def marked(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def beneath(text: str, intro: str) -> str:
    return f"{text}\n\n{intro}\n\n{OLD}\n"


def damaged(dress: Callable[[str], str]) -> dict[str, str]:
    """The answers that do not come out of this dress as they went in, with what comes out."""
    found = {name: from_text(dress(answer)).text for name, answer in ANSWERS.items()}
    return {name: text for name, text in found.items() if text != ANSWERS[name]}


INTROS = ATTRIBUTIONS | QUOTE_ONLY


@pytest.mark.parametrize("intro", INTROS.values(), ids=INTROS)
def test_an_answer_above_a_marked_quote_stays_whole(intro: str) -> None:
    assert damaged(lambda answer: f"{answer}\n\n{intro}\n\n{marked(OLD)}\n") == {}


@pytest.mark.parametrize("intro", INTROS.values(), ids=INTROS)
def test_an_answer_below_a_marked_quote_stays_whole(intro: str) -> None:
    assert damaged(lambda answer: f"{intro}\n{marked(OLD)}\n\n{answer}\n") == {}


@pytest.mark.parametrize("intro", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_an_answer_above_an_introduced_quote_without_marks_stays_whole(intro: str) -> None:
    assert damaged(lambda answer: beneath(answer, intro)) == {}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
@pytest.mark.parametrize("ruler", RULERS.values(), ids=RULERS)
def test_an_answer_above_a_header_block_stays_whole(ruler: str, block: str) -> None:
    assert damaged(lambda answer: beneath(answer, f"{ruler}{block}")) == {}


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES)
def test_a_signature_above_a_quote_is_left_out(signature: str) -> None:
    for intro in (ATTRIBUTIONS | BLOCKS).values():
        assert from_text(beneath(f"Ja, gern.{signature}", intro)).text == "Ja, gern."


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES)
def test_a_signature_of_a_mail_without_quotes_is_left_out(signature: str) -> None:
    assert from_text(f"Ja, gern.{signature}\n").text == "Ja, gern."


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_mail_without_quotes_is_all_answer(answer: str) -> None:
    assert from_text(f"{answer}\n").text == answer


def test_answers_between_quotes_are_kept_in_their_order() -> None:
    text = "Hi Anna,\n\nOn 12/01/2026 10:00, Anna wrote:\n> first?\n\nyes\n\n> second?\n> more\n\nno\n\n-- \nBob\n"
    assert from_text(text).text == "Hi Anna,\n\nyes\n\nno"


def test_answers_that_are_said_to_be_inside_an_unmarked_quote_are_kept() -> None:
    text = beneath("See my answers in red below.", BLOCKS["Outlook"]).replace("?", "?\nYes, I do.")
    assert "Yes, I do." in from_text(text).text


def test_a_forward_with_a_word_is_that_word_and_without_one_it_is_all_there_is() -> None:
    forward = f"---------- Forwarded message ---------\nFrom: Anna\nDate: Mon\nSubject: x\nTo: b\n\n{OLD}"
    assert from_text(f"For you!\n\n{forward}").text == "For you!"
    assert from_text(forward).text == forward


def test_a_mail_of_quotes_only_has_no_answer() -> None:
    assert from_text(marked(OLD)).text == ""


def test_the_footer_of_a_list_is_left_out() -> None:
    footer = "_______________________________________________\nnews mailing list\nhttps://x.example/listinfo/news"
    assert from_text(f"I agree.\n\n{footer}\n").text == "I agree."


def test_a_text_too_long_to_be_searched_is_an_answer() -> None:
    text = "> x\n" * (MAX_READ // 4 + 1)
    assert from_text(text).text == text.strip()


HTML = {
    "Gmail": '<div dir="ltr">{answer}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Am'
    " Mo., 12. Jan."
    ' 2026 um 10:00 Uhr schrieb Anna:<br></div><blockquote class="gmail_quote"><div>{old}</div></blockquote></div>',
    "Gmail, below": '<div class="gmail_quote"><div class="gmail_attr">On Mon Anna wrote:<br></div><blockquote'
    ' class="gmail_quote">{old}</blockquote><div>{answer}</div></div>',
    "Outlook": '<div class=WordSection1><p>{answer}</p><div><div style="border-top:solid #E1E1E1'
    ' 1.0pt"><p><b>Von:</b> Anna'
    " &lt;a@x.example&gt;<br><b>Gesendet:</b> Montag<br><b>An:</b> Bob<br><b>Betreff:</b>"
    " x</p></div></div><p>{old}</p></div>",
    "Outlook on the web": '<div>{answer}</div><div id="Signature"><p>Bob</p></div><div id="appendonsend"></div><hr>'
    '<div id="divRplyFwdMsg"><b>Von:</b> Anna<br><b>Gesendet:</b> Montag</div><div>{old}</div>',
    "Thunderbird": '<p>{answer}</p><pre class="moz-signature">-- '
    '\nBob</pre><div class="moz-cite-prefix">Am 12.01.26 schrieb'
    ' Anna:<br></div><blockquote type="cite"><p>{old}</p></blockquote>',
    "Thunderbird, below": '<div class="moz-cite-prefix">Am 12.01.26 schrieb Anna:<br></div><blockquote'
    ' type="cite"><p>{old}'
    "</p></blockquote><p>{answer}</p>",
    "Apple Mail": '<div>{answer}<br><div><br><blockquote type="cite"><div>On 12 Jan 2026, at 10:00, Anna'
    " &lt;a@x.example&gt;"
    " wrote:</div><br><div>{old}</div></blockquote></div></div>",
    "Yahoo": '<div>{answer}</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>On Monday Anna'
    " wrote:</div>{old}</div>",
    "GMX": '<div>{answer}<div name="quote"><div>Gesendet: Montag<br>Von: Anna</div><div>{old}</div></div></div>',
    "Proton": '<div>{answer}</div><div class="protonmail_signature_block">Bob</div><div'
    ' class="protonmail_quote">On Monday'
    " Anna wrote:<blockquote>{old}</blockquote></div>",
}


@pytest.mark.parametrize("page", HTML.values(), ids=HTML)
def test_a_mail_that_is_only_html_shows_its_answer(page: str) -> None:
    html = page.format(answer="Ja, gern.", old="kommst du am Montag?")
    assert reply_of(html_to_text(html), html, is_rendered=True) == "Ja, gern."


@pytest.mark.parametrize("page", HTML.values(), ids=HTML)
def test_quotes_that_only_the_html_marks_are_left_out_of_the_text(page: str) -> None:
    html = page.format(answer="Ja, gern.", old="kommst du am Montag?")
    assert reply_of("Ja, gern.\n\nkommst du am Montag?", html, is_rendered=False) in {
        "Ja, gern.",
        "Ja, gern.\n\nkommst du am Montag?",
    }


def test_the_html_of_another_text_decides_nothing() -> None:
    html = "<p>something else</p><blockquote>old</blockquote>"
    assert reply_of("my own words", html, is_rendered=False) == "my own words"


def test_an_indented_paragraph_is_no_quote() -> None:
    html = '<div>Look:</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>mine</div></blockquote>'
    assert reply_of(html_to_text(html), html, is_rendered=True) == "Look:\n\nmine"


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*ANSWERS.values(), *ATTRIBUTIONS.values(), *BLOCKS.values(), marked(OLD), "", "-- ", ":", "On"]
        ),
        max_size=8,
    )
    | st.lists(st.text(max_size=30), max_size=20)
)
def test_an_answer_is_only_ever_lines_of_the_text(blocks: list[str]) -> None:
    text = "\n".join(blocks)
    lines = {line.strip() for line in text.split("\n")}
    assert all(line.strip() in lines for line in from_text(text).text.split("\n") if line.strip())


CHEAP: dict[str, Callable[[int], str]] = {
    "colons": lambda n: ":\n" * n,
    "introductions": lambda n: "On 12:00 a@b.example wrote\n" * (n // 10),
    "labels": lambda n: "From: a\nTo: b\n\n" * (n // 6),
    "signatures": lambda n: "--\n" * n,
    "mobile signatures": lambda n: "Sent from my iPhone\n" * (n // 8),
    "rulers": lambda n: f"{'-' * 40}{' ' * 400}\n" * (n // 200),
}


@pytest.mark.parametrize("make", CHEAP.values(), ids=CHEAP)
def test_no_text_keeps_the_search_busy(make: Callable[[int], str]) -> None:
    begun = time.process_time()
    from_text(make(150_000))
    assert time.process_time() - begun < 5
