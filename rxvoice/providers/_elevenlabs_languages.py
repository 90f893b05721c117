"""Languages, as ElevenLabs names them."""

from typing import Final

from rxvoice.providers._languages import language_code

_TABLE: Final = """
afr af amh am ara ar asm as aze az bel be ben bn bos bs bul bg cat ca ces cs cym cy dan da deu de
ell el eng en est et fas fa fil tl fin fi fra fr ful ff gle ga glg gl guj gu hau ha heb he hin hi
hrv hr hun hu hye hy ibo ig ind id isl is ita it jav jv jpn ja kan kn kat ka kaz kk khm km kir ky
kor ko kur ku lao lo lav lv lin ln lit lt ltz lb lug lg mal ml mar mr mkd mk mlt mt mon mn mri mi
msa ms mya my nep ne nld nl nor no nya ny oci oc ori or pan pa pol pl por pt pus ps ron ro rus ru
slk sk slv sl sna sn snd sd som so spa es srp sr swa sw swe sv tam ta tel te tgk tg tha th tur tr
ukr uk urd ur uzb uz vie vi wol wo xho xh yor yo zho zh zul zu
"""
_CODES: Final = tuple(_TABLE.split())
_SHORT: Final[dict[str, str]] = dict(zip(_CODES[::2], _CODES[1::2], strict=True))
_KNOWN: Final = (*_SHORT, *_SHORT.values(), "ast", "ceb", "kea", "luo", "nso", "umb", "yue")


def code_of(language: str) -> str:
    """Return ElevenLabs' code of a BCP 47 tag: two or three letters, without a region."""
    return language_code(language, _KNOWN, provider="elevenlabs")


def tag_of(code: object) -> str | None:
    """Return the BCP 47 tag of a code of two or three letters; None of anything else."""
    return _SHORT.get(code, code) if isinstance(code, str) and code else None


__all__ = ["code_of", "tag_of"]
