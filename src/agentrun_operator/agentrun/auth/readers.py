"""The settings of a Config, and the methods by which code for the official SDK reads them. Nothing is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.agentrun.api.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.agentrun.auth.secret import Secret

GPDB_SHARED_REGIONS = frozenset(
    {"cn-beijing", "cn-hangzhou", "cn-shanghai", "cn-shenzhen", "cn-hongkong", "ap-southeast-1"}
)


class ConfigReaders:
    """Settings that are known, and the official SDK's methods that read them."""

    access_key_id: str | None
    access_key_secret: Secret | None
    security_token: Secret | None
    account_id: str | None
    token: Secret | None
    region_id: str
    timeout: float
    read_timeout: float
    control_endpoint: str
    data_endpoint: str | None
    devs_endpoint: str | None
    bailian_endpoint: str | None
    use_vpc_endpoint: bool
    headers: Mapping[str, str]

    def get_access_key_id(self) -> str:
        """The access key's id, `""` without one."""
        return self.access_key_id or ""

    def get_access_key_secret(self) -> str:
        """The access key's secret itself, `""` without one. Use it in an expression: a variable shows in tracebacks."""
        return self.access_key_secret.reveal() if self.access_key_secret else ""

    def get_security_token(self) -> str:
        """The token of temporary credentials itself, `""` without one."""
        return self.security_token.reveal() if self.security_token else ""

    def get_account_id(self) -> str:
        """The account.

        Raises:
            ConfigError: it is not known. (A ValueError.)
        """
        if self.account_id is None:
            raise ConfigError("account id is not set: give account_id, or set AGENTRUN_ACCOUNT_ID")
        return self.account_id

    def get_token(self) -> str | None:
        """The data plane's token itself, None without one."""
        return self.token.reveal() if self.token else None

    def get_region_id(self) -> str:
        """The region."""
        return self.region_id

    def get_timeout(self) -> float:
        """Seconds to wait for a connection."""
        return self.timeout

    def get_read_timeout(self) -> float:
        """Seconds to wait for the next bytes of the control plane."""
        return self.read_timeout

    def get_control_endpoint(self) -> str:
        """The control plane's address."""
        return self.control_endpoint

    def get_data_endpoint(self) -> str:
        """The data plane's address; calls that are signed go to its `-ram` host.

        Raises:
            ConfigError: neither it nor the account is known. (A ValueError.)
        """
        return self.data_endpoint or f"https://{self.get_account_id()}.agentrun-data.{self.region_id}.aliyuncs.com"

    def get_devs_endpoint(self) -> str:
        """The address of the DevS API, which this client does not call."""
        return self.devs_endpoint or f"https://devs.{self.region_id}.aliyuncs.com"

    def get_bailian_endpoint(self) -> str:
        """The address of the Bailian API, which this client does not call."""
        if self.bailian_endpoint:
            return self.bailian_endpoint
        vpc = self.use_vpc_endpoint and self.region_id == "cn-beijing"
        return "bailian-vpc.cn-beijing.aliyuncs.com" if vpc else "https://bailian.cn-beijing.aliyuncs.com"

    def get_gpdb_endpoint(self) -> str:
        """The address of the AnalyticDB API, which this client does not call."""
        if self.use_vpc_endpoint:
            return f"gpdb-vpc.{self.region_id}.aliyuncs.com"
        return "gpdb.aliyuncs.com" if self.region_id in GPDB_SHARED_REGIONS else f"gpdb.{self.region_id}.aliyuncs.com"

    def get_ots_endpoint(self, instance_name: str) -> str:
        """The address of a Tablestore instance, which this client does not call.

        Args:
            instance_name: the instance's name.
        """
        network = "vpc.tablestore" if self.use_vpc_endpoint else "ots"
        return f"https://{instance_name}.{self.region_id}.{network}.aliyuncs.com"

    def get_use_vpc_endpoint(self) -> bool:
        """Whether those addresses are those of the VPC."""
        return self.use_vpc_endpoint

    def get_headers(self) -> dict[str, str]:
        """The headers that are sent with every request; a copy."""
        return dict(self.headers)
