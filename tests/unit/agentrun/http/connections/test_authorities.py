"""Certificate authorities of one's own are found where people put them, and told of where they cannot be read."""

from pathlib import Path

import certifi
import pytest

from agentrun_operator.agentrun.api.errors import ConfigError
from agentrun_operator.agentrun.http.connections.authorities import VARIABLES, context_of

HEAD, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def one_certificate() -> str:
    text = Path(certifi.where()).read_text()
    return text[text.index(HEAD) : text.index(END) + len(END)] + "\n"


def trusted(**environ: str) -> int:
    return context_of(environ).cert_store_stats()["x509"]


@pytest.fixture
def bundle(tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    path.write_text(f"# made by somebody\n{one_certificate()}")
    return str(path)


def test_without_a_variable_the_usual_ones_are_trusted():
    assert trusted() > 50


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_a_file_that_is_named_is_trusted_alone(name: str, bundle: str):
    assert trusted(**{name: bundle}) == 1


@pytest.mark.parametrize("name", ["SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"])
def test_a_directory_whose_certificates_are_named_by_their_hashes_is_good(name: str, tmp_path: Path):
    (tmp_path / "0a1b2c3d.0").write_text(one_certificate())
    assert trusted(**{name: str(tmp_path)}) == 0  # they are read once one is needed


def test_the_files_of_the_standard_variable_go_before_those_of_the_official_sdk(bundle: str, tmp_path: Path):
    assert trusted(SSL_CERT_FILE=bundle, REQUESTS_CA_BUNDLE="/nowhere") == 1
    assert trusted(SSL_CERT_FILE="", REQUESTS_CA_BUNDLE=bundle) == 1


def spoilt(folder: Path, kind: str) -> Path:
    path = folder / kind
    match kind:
        case "empty":
            path.touch()
        case "garbage":
            path.write_text(f"{HEAD}\n!!!\n{END}\n")
        case "binary":
            path.write_bytes(bytes(range(256)))
        case "key":
            path.write_text(f"{HEAD}\n{END}\n".replace("CERTIFICATE", "PUBLIC KEY"))
        case "folder":
            path.mkdir()
        case "loop":
            path.symlink_to(path)
    return path


@pytest.mark.parametrize("kind", ["missing", "empty", "garbage", "binary", "key", "folder", "loop"])
@pytest.mark.parametrize("name", VARIABLES)
def test_what_cannot_be_read_is_told_by_the_variable_on_one_line(name: str, kind: str, tmp_path: Path):
    path = spoilt(tmp_path, kind)
    with pytest.raises(ConfigError) as caught:
        context_of({name: str(path)})
    assert str(caught.value).startswith(f"{name}={path} cannot be read as certificate authorities (")
    assert "\n" not in str(caught.value)
