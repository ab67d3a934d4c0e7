"""Which passwords are accepted (NIST SP 800-63B §3.1.1: length counts, composition rules do not)."""

SHORTEST = 10
LONGEST = 256
"""Characters. The upper limit bounds the work of hashing."""

FEWEST_DIFFERENT = 4


def password_fault(password: str, *, email: str) -> str | None:
    """Why this cannot be the password of the account, or None."""
    if len(password) < SHORTEST:
        return f"A password has at least {SHORTEST} characters."
    if len(password) > LONGEST:
        return f"A password has at most {LONGEST} characters."
    if len(set(password)) < FEWEST_DIFFERENT:
        return "The password repeats itself. Take one with more different characters."
    if password.casefold() in {email, email.partition("@")[0]}:
        return "The password is the address of the account. Take another one."
    return None
