"""What makes two submissions the same one, sent twice.

Guarantee: the same answers and files have the same digest, whoever asks and whenever; nothing can be read back from it.
"""

from __future__ import annotations

from helpdesk_lite import disk
from helpdesk_lite.words import signing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.words.form import Form, Submission


def digest_of(form: Form, submission: Submission, client: str) -> str:
    """What makes two submissions the same: form, answers, uploads; and the sender's address if no customer is named."""
    from helpdesk_lite.forms import answers

    facts = [form.name, "" if answers.customer_of(submission)[1] else client]
    for field in submission.fields:
        facts += [field.name, *field.values, ""]
    for upload in submission.uploads:
        facts += [upload.field, upload.name, content_digest(upload.path)]
    return signing.digest_of(facts)


def content_digest(path: str) -> str:
    """What tells one file's content from another's."""
    digest = signing.digest()
    for piece in disk.chunks_of(path):
        digest.update(piece)
    return digest.hexdigest()
