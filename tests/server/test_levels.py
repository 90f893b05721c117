"""How loud it is, as clients are told."""

from rxvoice.rtvi import Reports
from rxvoice.server import Options
from rxvoice.testing import run_virtual

from .agents import READY, connected, loud, scripted, served


def test_rt01_a_client_is_told_how_loud_the_audio_is_that_it_sends() -> None:
    async def main() -> None:
        options = Options(reports=Reports(level_every=0.1))
        async with served(scripted("Yes."), options) as (_, site), connected(site) as client:
            await client.send(READY)
            await client.send(loud(0.1))
            assert 0.9 < (await client.told("user-audio-level"))["data"]["value"] <= 1.0

    run_virtual(main(), real_io=True)
