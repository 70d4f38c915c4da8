"""The TLS context of an API server: what is no certificate is told, and never asked for on the terminal."""

import ssl

import pytest

from agentrun_operator.controller.kube.login.kubeconfig.tls import NO_CERTIFICATE, Certificate, ssl_context

PEM = b"-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize("trusted", [b"nonsense", PEM, b"\xff\xfe"], ids=["no PEM", "no certificate", "no text"])
def test_authorities_that_are_none_are_told(trusted):
    with pytest.raises(Exception, match="certificate-authority holds no certificates in PEM"):
        ssl_context(trusted, NO_CERTIFICATE, insecure=False)


@pytest.mark.parametrize("shown", [Certificate(PEM, b""), Certificate(b"", b"key"), Certificate(PEM, PEM)])
def test_a_certificate_and_key_that_are_no_pair_are_told(shown):
    with pytest.raises(Exception, match="client-certificate and client-key are no pair in PEM"):
        ssl_context(b"", shown, insecure=False)


@pytest.mark.parametrize("insecure", [True, False])
def test_the_server_proves_who_it_is_unless_told_otherwise(insecure):
    context = ssl_context(b"", NO_CERTIFICATE, insecure=insecure)
    assert (context.verify_mode is ssl.CERT_NONE, context.check_hostname) == (insecure, not insecure)
