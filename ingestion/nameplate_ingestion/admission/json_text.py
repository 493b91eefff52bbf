"""JSON text as it comes: a byte order mark and halves of characters are mended, what is no UTF-8 is refused."""

import re
from typing import TypeVar

import msgspec

from nameplate_ingestion.admission.answers import Refusal, Row
from nameplate_ingestion.admission.json_bounds import too_deep

_T = TypeVar("_T")
_MARK = b"\xef\xbb\xbf"
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


def read_json(body: bytes, decoder: msgspec.json.Decoder[_T]) -> tuple[_T, bytes]:
    """Return what was decoded, and the octets that it stands in. Of members of one name the last one counts.

    Raises Refusal for what is no JSON, and msgspec.ValidationError for JSON of another kind than the decoder's.
    """
    body = body.removeprefix(_MARK)
    try:
        if not body.isascii():
            body.decode()
        return _decode(body, decoder)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError as error:
        raise Refusal(Row.INVALID_JSON, str(error)) from error
    except UnicodeDecodeError as error:
        raise Refusal(Row.INVALID_JSON, f"no UTF-8 (byte {error.start})") from error
    except RecursionError as error:
        raise too_deep() from error


def _decode(body: bytes, decoder: msgspec.json.Decoder[_T]) -> tuple[_T, bytes]:
    try:
        return decoder.decode(body), body
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        # JavaScript writes half a character, as a cut text may end in, as the escape of a lone surrogate.
        mended = _ESCAPE.sub(lambda found: b"\\ufffd" if found[1] else found[0], body)
        return decoder.decode(mended), mended
