"""The check characters of ARNs, UTRs, VRNs and ETMP references."""

_MODULUS_23_WEIGHTS = (9, 10, 11, 12, 13, 8, 7, 6, 5, 4, 3, 2, 1)
_MODULUS_23_LETTERS = "ABCDEFGHXJKLMNYPQRSTZVW"

_MODULUS_11_WEIGHTS = (6, 7, 8, 9, 10, 5, 4, 3, 2)
_MODULUS_11_DIGITS = "21987654321"

_VAT_WEIGHTS = (8, 7, 6, 5, 4, 3, 2)


def modulus_23_letter(rest: str) -> str:
    """The check letter that stands before `rest`, which is at most 13 upper-case letters and digits.

    For an ARN `rest` is `ARN` and seven digits; in an ETMP reference it is what follows the first two
    letters. Spec: identifiers 1, sandbox 1.11.
    """
    total = sum(weight * _modulus_23_value(char) for weight, char in zip(_MODULUS_23_WEIGHTS, rest, strict=False))
    return _MODULUS_23_LETTERS[total % 23]


def _modulus_23_value(char: str) -> int:
    value = int(char, 36)
    return value if char.isdigit() else value + 23


def modulus_11_digit(rest: str) -> str:
    """The check digit that stands before the nine digits `rest` of a UTR. Spec: identifiers 2."""
    total = sum(weight * int(digit) for weight, digit in zip(_MODULUS_11_WEIGHTS, rest, strict=True))
    return _MODULUS_11_DIGITS[total % 11]


def vat_check_97(start: str) -> str:
    """The two check digits after the seven digits `start`, by the older rule. Spec: identifiers 3."""
    return _vat_check(_vat_sum(start))


def vat_check_9755(start: str) -> str:
    """The two check digits after the seven digits `start`, by the newer rule. Spec: identifiers 3."""
    return _vat_check(_vat_sum(start) + 55)


def _vat_sum(start: str) -> int:
    return sum(weight * int(digit) for weight, digit in zip(_VAT_WEIGHTS, start, strict=True))


def _vat_check(total: int) -> str:
    # 97, not 00, where the remainder is nothing: the platform's rule, unlike the published reference checker's.
    return f"{97 - total % 97:02d}"
