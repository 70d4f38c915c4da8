import asyncio
import base64
import traceback

import pytest

from agentrun_operator.agentrun.api.errors import CredentialsNotFoundError
from agentrun_operator.agentrun.auth.credentials import Credentials
from agentrun_operator.agentrun.auth.secret import Secret
from agentrun_operator.controller.remote.accounts.secret_credentials import SecretCredentials, read_credentials
from agentrun_operator.observation.problems import ProblemError
from agentrun_operator.observation.secret_data import Found
from agentrun_operator.reconcile.state.observed import Problem
from agentrun_operator.resources.reasons import Reason
from support.controller_server import MemoryServer, Weather
from support.controller_time import clock

pytestmark = pytest.mark.usefixtures("no_leaks")

KEY_ID, KEY_SECRET, TOKEN = "LTAI-made-up", "s3cr3t-made-up", "t0k3n-made-up"


def encoded(**values: str) -> dict[str, str]:
    return {name: base64.b64encode(value.encode()).decode() for name, value in values.items()}


@pytest.fixture
async def kube() -> MemoryServer:
    return MemoryServer()


async def unseen(kube: MemoryServer) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        await read_credentials(kube, "team-a", "aliyun")
    return caught.value


async def test_a_secret_holds_an_access_key(kube: MemoryServer):
    kube.put_secret("team-a", "aliyun", encoded(accessKeyId=KEY_ID, accessKeySecret=KEY_SECRET))
    found = (await read_credentials(kube, "team-a", "aliyun")).credentials
    assert (found.access_key_id, found.access_key_secret.reveal()) == (KEY_ID, KEY_SECRET)
    assert found.security_token is None
    assert kube.asked == [("GET", "/api/v1/namespaces/team-a/secrets/aliyun")]


async def test_a_secret_of_temporary_credentials_holds_their_token(kube: MemoryServer):
    values = encoded(accessKeyId=KEY_ID, accessKeySecret=KEY_SECRET, securityToken=TOKEN, accountId="123")
    kube.put_secret("team-a", "aliyun", values)
    token = (await read_credentials(kube, "team-a", "aliyun")).credentials.security_token
    assert token is not None
    assert token.reveal() == TOKEN


@pytest.mark.parametrize("space", ["\n", "\r\n", "  ", "\t"])
async def test_white_space_around_a_value_does_not_count(kube: MemoryServer, space: str):
    padded = {"accessKeyId": f"{space}{KEY_ID}{space}", "accessKeySecret": f"{KEY_SECRET}{space}"}
    kube.put_secret("team-a", "aliyun", encoded(**padded))
    found = (await read_credentials(kube, "team-a", "aliyun")).credentials
    assert (found.access_key_id, found.access_key_secret.reveal()) == (KEY_ID, KEY_SECRET)


@pytest.mark.parametrize("token", ["", "\n"])
async def test_an_empty_token_is_none(kube: MemoryServer, token: str):
    values = encoded(accessKeyId=KEY_ID, accessKeySecret=KEY_SECRET, securityToken=token)
    kube.put_secret("team-a", "aliyun", values)
    assert (await read_credentials(kube, "team-a", "aliyun")).credentials.security_token is None


WHOLE = {"accessKeyId": KEY_ID, "accessKeySecret": KEY_SECRET, "securityToken": TOKEN}


@pytest.mark.parametrize(
    ("data", "names"),
    [
        pytest.param({}, "accessKeyId", id="empty"),
        pytest.param(encoded(accessKeySecret=KEY_SECRET), "accessKeyId", id="no id"),
        pytest.param(encoded(accessKeyId=KEY_ID), "accessKeySecret", id="no secret"),
        pytest.param(encoded(accessKeyid=KEY_ID, accessKeySecret=KEY_SECRET), "accessKeyId", id="misspelt"),
        pytest.param(encoded(accessKeyId="", accessKeySecret=KEY_SECRET), "ID", id="an empty id"),
        pytest.param(encoded(accessKeyId=KEY_ID, accessKeySecret=" \n"), "secret", id="a blank secret"),
        pytest.param(encoded(accessKeyId=KEY_ID, accessKeySecret=f"{KEY_SECRET} x"), "secret", id="a space inside"),
        pytest.param(encoded(accessKeyId=KEY_ID, accessKeySecret=f"{KEY_SECRET}é"), "secret", id="no ASCII"),
        pytest.param(encoded(**WHOLE) | {"accessKeySecret": "%%%"}, "accessKeySecret", id="no base64"),
        pytest.param(encoded(**WHOLE) | {"accessKeyId": "/w=="}, "accessKeyId", id="no text"),
        pytest.param(encoded(**{**WHOLE, "securityToken": f"{TOKEN}\x00"}), "token", id="a token that no token is"),
        pytest.param(encoded(**WHOLE | {"accessKeyId": "k" * 257}), "accessKeyId is longer than 256", id="a long id"),
        pytest.param(encoded(**WHOLE | {"accessKeySecret": "k" * 10**6}), "accessKeySecret is", id="a secret of a MB"),
        pytest.param(encoded(**WHOLE | {"securityToken": "k" * 16385}), "securityToken is longer", id="a long token"),
        pytest.param(encoded(**WHOLE | {"accountId": "1" * 257}), "accountId is longer", id="an account without end"),
    ],
)
async def test_a_secret_that_cannot_be_used_is_named_with_what_is_wrong_and_without_its_values(
    kube: MemoryServer, data: dict[str, str], names: str
):
    kube.put_secret("team-a", "aliyun", data)
    error = await unseen(kube)
    assert error.problem.reason is Reason.CREDENTIALS_NOT_FOUND
    assert error.problem.definite
    assert "team-a/aliyun" in error.problem.message
    assert names in error.problem.message
    shown = "".join(traceback.format_exception(error)) + repr(error.problem)
    for value in (KEY_ID, KEY_SECRET, TOKEN, *(value for value in data.values() if value)):
        assert value not in shown


async def test_a_missing_secret_is_definite(kube: MemoryServer):
    problem = (await unseen(kube)).problem
    assert problem.definite
    assert problem.message == "Secret team-a/aliyun does not exist"


async def test_a_secret_that_may_not_be_read_says_what_to_grant(kube: MemoryServer):
    kube.weather = lambda _method, _path: Weather(status=403, refused=True)
    problem = (await unseen(kube)).problem
    assert problem.definite
    assert "grant" in problem.message
    assert "team-a/aliyun" in problem.message


@pytest.mark.parametrize("status", [0, 401, 429, 500, 503])
async def test_an_api_server_that_fails_to_answer_is_no_missing_secret(kube: MemoryServer, status: int):
    kube.weather = lambda _method, _path: Weather(status=status, refused=True)
    problem = (await unseen(kube)).problem
    assert problem.reason is Reason.CREDENTIALS_NOT_FOUND
    assert not problem.definite
    assert "cannot be read" in problem.message


async def test_nothing_is_listed_or_written(kube: MemoryServer):
    await unseen(kube)
    assert {method for method, _ in kube.asked} == {"GET"}


@pytest.mark.parametrize("account_id", ["1", "0" * 20, " 123\n"])
async def test_an_account_is_one_to_twenty_digits(kube: MemoryServer, account_id: str):
    values = encoded(accessKeyId="k" * 256, accessKeySecret="s" * 256, securityToken="t" * 16384, accountId=account_id)
    kube.put_secret("team-a", "aliyun", values)
    found = await read_credentials(kube, "team-a", "aliyun")
    assert (found.credentials.access_key_id, found.account_id) == ("k" * 256, account_id.strip())


@pytest.mark.parametrize("account_id", ["1" * 21, "-1", "1.example.com/", "\uff11\uff12", "acct"])
async def test_an_account_that_is_none_is_refused(kube: MemoryServer, account_id: str):
    kube.put_secret("team-a", "aliyun", encoded(**WHOLE | {"accountId": account_id}))
    problem = (await unseen(kube)).problem
    assert (problem.reason, problem.definite) == (Reason.CREDENTIALS_REJECTED, True)
    assert "key accountId" in problem.message
    assert account_id not in problem.message


# Kept while an object uses them


class Reader:
    """A Secret, read in a tenth of a second."""

    def __init__(self) -> None:
        self.reads = 0
        self.found: Credentials | Problem = a_key("first")

    async def __call__(self) -> Found:
        self.reads += 1
        await asyncio.sleep(0.1)
        if isinstance(self.found, Problem):
            raise ProblemError(self.found)
        return Found(self.found, "")


def a_key(name: str) -> Credentials:
    return Credentials(name, Secret(f"{name}-secret"))


MISSING = Problem(Reason.CREDENTIALS_NOT_FOUND, "Secret a/b does not exist", definite=True)


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
async def secret(reader: Reader) -> SecretCredentials:
    return SecretCredentials(reader, clock)


async def test_a_secret_is_read_at_the_first_refresh_and_not_before(secret: SecretCredentials, reader: Reader):
    assert not secret.known
    with pytest.raises(CredentialsNotFoundError):
        secret.get()
    await secret.refresh(15.0)
    assert secret.known
    assert secret.get() == await secret.get_async() == a_key("first")
    assert reader.reads == 1


async def test_all_who_need_it_at_once_share_one_read(secret: SecretCredentials, reader: Reader):
    await asyncio.gather(*(secret.refresh(15.0) for _ in range(50)))
    assert reader.reads == 1


async def test_a_rotated_secret_is_seen_at_the_first_refresh_after_its_age(secret: SecretCredentials, reader: Reader):
    await secret.refresh(15.0)
    reader.found = a_key("second")
    await asyncio.sleep(14)
    await secret.refresh(15.0)
    assert secret.get() == a_key("first")
    await asyncio.sleep(2)
    await secret.refresh(15.0)
    assert secret.get() == a_key("second")


async def test_credentials_that_agentrun_refused_are_read_again_at_once(secret: SecretCredentials, reader: Reader):
    await secret.refresh(15.0)
    reader.found = a_key("second")
    secret.distrust()
    await secret.refresh(15.0)
    assert secret.get() == a_key("second")


async def test_the_last_good_credentials_stay_when_the_secret_is_gone(secret: SecretCredentials, reader: Reader):
    await secret.refresh(15.0)
    reader.found = MISSING
    await asyncio.sleep(20)
    await secret.refresh(15.0)
    assert secret.problem is not None
    assert secret.problem.message == MISSING.message
    assert secret.get() == a_key("first")


async def test_a_problem_is_over_when_the_secret_is_back(secret: SecretCredentials, reader: Reader):
    reader.found = MISSING
    await secret.refresh(15.0)
    assert secret.problem is not None
    reader.found = a_key("first")
    await asyncio.sleep(2)
    await secret.refresh(1.0)
    assert secret.problem is None
    assert secret.known


async def test_a_problem_tells_for_how_long_there_were_no_good_credentials(secret: SecretCredentials, reader: Reader):
    reader.found = Problem(Reason.CREDENTIALS_NOT_FOUND, "no answer")
    await asyncio.sleep(100)
    await secret.refresh(1.0)
    assert secret.problem is not None
    assert secret.problem.blind_for == pytest.approx(100)
