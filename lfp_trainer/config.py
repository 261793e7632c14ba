"""Where things are, and the settings that may change. Settings come from ``LFP_*`` variables."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
# In a checkout the folders lie beside the package; a wheel carries them inside it.
_HOME = _PACKAGE / "data" if (_PACKAGE / "data").is_dir() else _PACKAGE.parent

SCENARIOS = _HOME / "scenarios"
TEMPLATES = _HOME / "templates"
STATIC = _HOME / "static"


SECRET_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server needs to know about where it runs."""

    database_url: str
    secret_key: str
    secure_cookies: bool = True
    """Off only where pages come over plain HTTP, as in a demo on this machine."""
    trusted_hosts: tuple[str, ...] = ()
    """Host names the site answers to; any other is refused. Empty: any."""
    proxies: int = 0
    """How many proxies stand in front and may say who the visitor is."""
    scenarios: Path = SCENARIOS
    """The folder whose scenario files are published."""


def instance_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of the database and the secret, made when it is missing."""
    folder = Path(environment.get("LFP_INSTANCE", "instance")).resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; make what is missing and can be made.

    :raise ValueError: if a variable has a value that means nothing
    """
    folder = instance_folder(environment)
    hosts = environment.get("LFP_TRUSTED_HOSTS", "")
    return Settings(
        database_url=environment.get("LFP_DATABASE_URL") or f"sqlite:///{folder / 'lfp.db'}",
        secret_key=_secret(environment.get("LFP_SECRET_KEY", ""), folder / "secret"),
        secure_cookies=_is_on(environment, "LFP_SECURE_COOKIES", default=True),
        trusted_hosts=tuple(host.strip() for host in hosts.split(",") if host.strip()),
        proxies=_count(environment, "LFP_PROXIES"),
        scenarios=_folder(environment, "LFP_SCENARIOS", default=SCENARIOS),
    )


def _secret(given: str, path: Path) -> str:
    """Return the secret given, or the one kept in a file, made on first start.

    Several workers may start at once: the first to put the file in place wins, the others read it.
    """
    if not given and not path.exists():
        made = path.with_name(f"{path.name}.{os.getpid()}")
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
        with suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    secret = given or path.read_text(encoding="ascii").strip()
    if len(secret) < SECRET_LENGTH:
        where, mend = ("LFP_SECRET_KEY", "leave it out") if given else (str(path), "delete it")
        raise ValueError(f"{where} is too short for a secret; {mend} to have one made")
    return secret


def _folder(environment: Mapping[str, str], name: str, *, default: Path) -> Path:
    given = environment.get(name, "").strip()
    if given and not Path(given).is_dir():
        raise ValueError(f"{name} is '{given}', which is not a folder")
    return Path(given).resolve() if given else default


def _count(environment: Mapping[str, str], name: str) -> int:
    word = environment.get(name, "").strip() or "0"
    if not (word.isascii() and word.isdigit() and int(word) < 10):
        raise ValueError(f"{name} is '{word}'; write how many there are")
    return int(word)


def _is_on(environment: Mapping[str, str], name: str, *, default: bool) -> bool:
    word = environment.get(name, "").strip().lower()
    if word in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
        return default if not word else word in ("1", "true", "yes", "on")
    raise ValueError(f"{name} is '{word}'; write 1 or 0")
