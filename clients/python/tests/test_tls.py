"""TLS and certificates of both sides, against the real server."""

import pytest
from conftest import CAT, TIGER_CAT

import gradcam
from gradcam.__main__ import main


def test_both_sides_have_certificates_and_the_call_is_answered(connect, private_server, certificates):
    client = connect(private_server, tls=certificates.pair("ca")[0], certificate=certificates.pair("client"))
    client.wait_until_ready()

    assert client.classify(CAT).classes[0].index == TIGER_CAT


@pytest.mark.parametrize("mine", [None, "stranger", "server"])
def test_client_without_a_good_certificate_is_not_served(connect, private_server, certificates, mine):
    pair = certificates.pair(mine) if mine else None
    client = connect(private_server, {"attempts": 1}, tls=certificates.pair("ca")[0], certificate=pair)

    with pytest.raises(gradcam.Unavailable):
        client.models()


def test_server_of_another_authority_is_not_believed(connect, private_server, certificates):
    client = connect(
        private_server, {"attempts": 1}, tls=certificates.pair("stranger")[0], certificate=certificates.pair("client"))

    with pytest.raises(gradcam.Unavailable):
        client.models()


def test_commands_take_files(private_server, certificates, capsys):
    shared = ["classify", str(CAT), "--server", private_server, "--ca", certificates.path("ca.crt")]
    files = ["--cert", certificates.path("client.crt"), "--key", certificates.path("client.key")]

    assert main([*shared, *files]) == 0
    assert "tiger cat" in capsys.readouterr().out
