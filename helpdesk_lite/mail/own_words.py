"""What the writer of an answer wrote: its text without quotes and signature, for commands and answers by mail.

Guarantee: what stands between or below marked quotes is kept; when in doubt a line is kept. Only where a mail program
put the letter it answers below the answer without marking it, the text ends there. The letter itself stays whole: this
is a view of it.
"""

from __future__ import annotations

import re


def _listed(words: str) -> frozenset[str]:
    return frozenset(" ".join(words.split()).split(", "))


_LONGEST = 1000  # characters of a line that are looked at
_TALLEST = 4  # lines of an attribution
_TALLEST_HEAD = 8  # lines of an Outlook header block
_TALLEST_SIGNATURE = 12  # lines below a "--" that lost its space on the way
_VERBS = (
    r"wrote|writes|schrieb(?:en)?|hat geschrieben|a écrit|écrit|ha scritto|scrive|escribió|ha escrito|escreveu|"
    r"va escriure|schreef|skrev|kirjoitti|napisał(?:\(a\)|a)?|pisze|napsala?|napísala?|írta|a scris|написал[аи]?|пишет|"
    r"έγραψε|şunu yazdı|yazdı|写道|寫道|のメール|書きました|님이 작성"
)
_SAYS = re.compile(rf"\b(?:{_VERBS})", re.IGNORECASE)
_SAYS_LAST = re.compile(rf"[^\n]{{0,80}}\b(?:{_VERBS}) ?[:：]", re.IGNORECASE)
_QUOTING = re.compile(r"(?:quoting|zitat von|citando|citation de|citaat van) [^\n]{0,200}[:：]?", re.IGNORECASE)
_DAY_OR_HOUR = re.compile(r"(?:19|20)\d\d|\d[:.h]\d\d|\d[./-]\d{1,2}[./-]\d\d")
_HOUR = re.compile(r"\d[:.h]\d\d")
_ADDRESS = re.compile(r"[<(\[][^\s@<>]{1,64}@[^\s@<>]{1,255}[>)\]]")
_BEGINS = re.compile(
    r"(?:on|am|den|le|il|in data|el|em|op|w dniu|dnia|dne|dňa|pe|la|στις|вс|пн|вт|ср|чт|пт|сб|\d{1,4}[-./年 ])\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r" ?>")
_DASHES = re.compile(r"[ \t*]{0,4}[-_]{2,} ?([^-_]{5,40}?) ?[-_]{2,}\s*")
_RULE = re.compile(r"[_-]{10,}\s*")
_HEAD_LINE = re.compile(r"\*?([^\W\d][^:：*\n]{0,20}?)\*? ?[:：]")
_ORIGINALS = _listed("""
    original message, original e-mail, original email, original appointment, reply message, ursprüngliche nachricht,
    originalnachricht, original-nachricht, original nachricht, originalmail, messaggio originale, messaggio di risposta,
    message d'origine, message d’origine, message original, message initial, courriel original, mensaje original,
    mensagem original, missatge original, oorspronkelijk bericht, ursprungligt meddelande, oprindelig meddelelse,
    opprinnelig melding, alkuperäinen viesti, wiadomość oryginalna, oryginalna wiadomość, původní zpráva,
    pôvodná správa, eredeti üzenet, исходное сообщение, 原始邮件, 原始郵件, 元のメッセージ, 원본 메시지
""")
_FROM = _listed("from, von, de, da, van, från, fra, od, lähettäjä, feladó, от, 发件人, 寄件者, 差出人")
_SUBJECT = _listed("""
    subject, betreff, objet, oggetto, asunto, assunto, onderwerp, ämne, emne, aihe, temat, předmět, tárgy, тема, 主题,
    主旨, 件名
""")
_OTHER = _listed("""
    sent, date, to, sent at, date sent, gesendet, gesendet am, datum, an, envoyé, envoyé le, à, inviato, inviato il,
    data, a, enviado, enviado el, enviado em, enviada em, fecha, para, verzonden, aan, skickat, till, sendt, dato, til,
    lähetetty, vastaanottaja, wysłano, do, odesláno, komu, отправлено, дата, кому, 发送时间, 收件人, 寄件日期, 收件者,
    送信日時, 宛先
""")
_FORWARDED = re.compile(
    r"[ \t]*(?:-{2,} ?(?:forwarded|weitergeleitete|messaggio inoltrato|message transféré|mensaje reenviado|"
    r"mensagem encaminhada|doorgestuurd)|begin forwarded message|anfang der weitergeleiteten|"
    r"inizio messaggio inoltrato|début du message (?:transféré|réexpédié)|inicio del mensaje reenviado)",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"(?:sent (?:from|via|with) (?:my |the |an? )?\S|get outlook for |von mein(?:em|er) \S.{0,40}gesendet|"
    r"gesendet (?:von|mit) |diese nachricht wurde von mein|outlook für .{0,20}(?:beziehen|herunterladen)|"
    r"inviato da|scarica outlook per|ottieni outlook per|envoyé (?:de|depuis|à partir) |télécharge[rz] outlook|"
    r"obten[ie][rz] outlook|enviado (?:desde|do|de|a partir) |obtenha outlook|verzonden (?:vanaf|via|met) |"
    r"verstuurd vanaf |skickat från |sendt fra |lähetetty |wysłane z |отправлено (?:с|из) |发自我的|iphoneから送信)"
    r".{0,100}",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    """What of `text` (LF line ends) its writer wrote, without blank lines around it; "" if there are only quotes."""
    kept: list[str] = []
    block: list[str] = []  # of lines that are not quoted
    for line in _without_original(text.split("\n")):
        if not _QUOTED.match(line):
            block.append(line)
        elif block:
            kept += [*_without_signature(_without_attribution(block, is_above_quote=True)), ""]
            block = []
    kept += _without_signature(_without_attribution(block, is_above_quote=False))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in kept)).strip("\n")


def _without_original(lines: list[str]) -> list[str]:
    """The lines without the letter that a mail program put below the answer and did not mark.

    If its lines are marked after all, only what introduces them goes. What is forwarded was meant to be sent.
    """
    kept: list[str] = []
    place = 0
    while place < len(lines):
        if _FORWARDED.match(lines[place]):
            return kept + lines[place:]
        end = _introduction(lines, place)
        if end and not _is_marked(lines, end):
            return kept
        if end:
            place = end
            continue
        kept.append(lines[place])
        place += 1
        if _is_complete_attribution(kept) and not _is_marked(lines, place):
            above = _without_attribution(kept, is_above_quote=True)
            if any(line.strip() and not _QUOTED.match(line) for line in above):
                return above  # what is below is the original, as some web mail puts it
    return kept


def _introduction(lines: list[str], place: int) -> int:
    """Where what Outlook and its kin put above an original message ends, if it begins at `place`; else 0."""
    line = lines[place][:_LONGEST]
    dashes = _DASHES.fullmatch(line)
    if dashes and dashes[1].lower() in _ORIGINALS:
        return _head_block(lines, place + 1) or place + 1
    return _head_block(lines, place + 1 if _RULE.fullmatch(line) else place)


def _head_block(lines: list[str], place: int) -> int:
    """Where a block of header lines (From, Sent, To, Subject, in whatever language) from `place` on ends; else 0."""
    if place < len(lines) and not lines[place].strip():
        place += 1
    if place >= len(lines) or _head_name(lines[place]) not in _FROM | _OTHER:
        return 0
    found = [_head_name(line) for line in lines[place : place + _TALLEST_HEAD]]
    if not (_FROM.intersection(found) and _OTHER.intersection(found)):
        return 0
    return next((place + count + 1 for count, name in enumerate(found) if name in _SUBJECT), 0)


def _head_name(line: str) -> str:
    found = _HEAD_LINE.match(line.lstrip()[:100])
    return found[1].strip().lower() if found else ""


def _is_marked(lines: list[str], place: int) -> bool:
    """Whether the first line with text from `place` on is quoted."""
    while place < len(lines) and not lines[place].strip():
        place += 1
    return place < len(lines) and bool(_QUOTED.match(lines[place]))


def _is_complete_attribution(lines: list[str]) -> bool:
    """Whether `lines` end with an attribution that has everything, hour, address and verb: no person types that."""
    if not lines[-1].rstrip().endswith((":", "：")):
        return False
    height = _height_of_attribution(lines[-_TALLEST:], is_above_quote=False)
    said = " ".join(line.strip() for line in lines[len(lines) - height :])[:_LONGEST]
    return bool(height and _BEGINS.match(said) and _HOUR.search(said) and _ADDRESS.search(said) and _SAYS.search(said))


def _without_attribution(block: list[str], is_above_quote: bool) -> list[str]:
    """The lines without the `On ... wrote:` at their end."""
    end = len(block)
    while end and not block[end - 1].strip():
        end -= 1
    if is_above_quote and len(block) - end > 2:
        return block
    height = _height_of_attribution(block[max(0, end - _TALLEST) : end], is_above_quote)
    return block[: end - height] if height else block


def _height_of_attribution(lines: list[str], is_above_quote: bool) -> int:
    """Of how many of the last `lines` an attribution consists: 0 if there is none."""
    best = 0
    said = ""
    for height, line in enumerate(reversed(lines), 1):
        if not line.strip():
            break
        said = f"{line.strip()} {said}".strip()[:_LONGEST]
        if _is_attribution(said, is_above_quote) and (not best or _BEGINS.match(said)):
            best = height
    return best


def _is_attribution(said: str, is_above_quote: bool) -> bool:
    if _QUOTING.fullmatch(said):
        return True
    if not said.endswith((":", "：")):
        return False
    has_day, has_address = bool(_DAY_OR_HOUR.search(said)), bool(_ADDRESS.search(said))
    if _SAYS.search(said):
        return has_day or has_address or (is_above_quote and bool(_SAYS_LAST.fullmatch(said)))
    return is_above_quote and has_day and has_address


def _without_signature(block: list[str]) -> list[str]:
    """The lines above `-- `, without the mail program's advertisement."""
    for place, line in enumerate(block):
        is_worn = line.rstrip() == "--" and len(block) - place <= _TALLEST_SIGNATURE
        if line == "-- " or is_worn:
            block = block[:place]
            break
    end = len(block)
    for back in range(end - 1, -1, -1):
        line = block[back].strip()
        if line and not _SENT_FROM.fullmatch(line[:_LONGEST]):
            break
        if line or back == end - 1:
            end = back
    return block[:end]
