"""Coroutines as tests, in virtual time."""

import pytest

pytest_plugins = ["pytester"]

HEAD = """
import asyncio
import pytest
from reactivex import operators as ops
from rxvoice.testing import pause

pytestmark = pytest.mark.virtual_time

def now():
    return asyncio.get_running_loop().time()

"""


def run(pytester: pytest.Pytester, text: str, *args: str, head: str = HEAD) -> pytest.RunResult:
    pytester.makepyfile(head + text)
    quiet = ("-p", "no:cacheprovider", "-W", "error", "--strict-markers")
    return pytester.runpytest_inprocess(*quiet, *args)


def test_time_jumps(pytester: pytest.Pytester) -> None:
    text = """
async def test_function():
    await pause(3_600.0)
    assert now() == 3_600.0

class TestIt:
    @pytest.mark.parametrize("hours", [1, 2])
    async def test_method(self, hours):
        await pause(hours * 3_600.0)
        assert now() == hours * 3_600.0

def test_that_is_none():
    pass
"""
    run(pytester, text).assert_outcomes(passed=4)


def test_a_failure_shows_the_line_of_the_test(pytester: pytest.Pytester) -> None:
    text = """
async def test_it():
    await pause(1.0)
    assert now() == 2.0
"""
    result = run(pytester, text)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([">*assert now() == 2.0", "E*assert 1.0 == 2.0"])
    result.stdout.no_fnmatch_line("*run_until_complete*")


def test_a_test_may_be_skipped_from_inside(pytester: pytest.Pytester) -> None:
    result = run(pytester, "async def test_it():\n    pytest.skip('not today')\n")
    result.assert_outcomes(skipped=1)


def test_a_deadlock_is_raised_at_the_await(pytester: pytest.Pytester) -> None:
    text = """
async def listen(bell):
    await bell.wait()

async def test_it():
    await pause(1.0)
    await listen(asyncio.Event())
"""
    result = run(pytester, text)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            ">*await listen(asyncio.Event())",
            ">*await bell.wait()",
            "E*Deadlock: nothing is left to do at 1.000000 s, but somebody still waits:",
            "E*'test_it' in Event.wait (*) < listen (*) < test_it (*), for an event*",
        ]
    )
    result.stdout.no_fnmatch_line("*run_until_complete*")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("asyncio.get_running_loop().call_later(9.0, print)", "*timer at 9.000000 s for print*"),
        ("asyncio.get_running_loop().call_soon(int, 'x')", "*errors that nobody handled*"),
        ("pytest.kept = asyncio.create_task(pause(5.0), name='stray')", "*task 'stray' in pause*"),
    ],
)
def test_what_is_left_fails_the_test(pytester: pytest.Pytester, body: str, said: str) -> None:
    result = run(pytester, f"async def test_it():\n    {body}\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([said])


def test_the_fixtures_are_on_the_loop_of_the_test(pytester: pytest.Pytester) -> None:
    text = """
async def test_loop(virtual_loop):
    assert virtual_loop is asyncio.get_running_loop()

async def test_bench(marbles, virtual_loop):
    assert marbles.loop is virtual_loop is asyncio.get_running_loop()
    words = marbles.hot("a-b-c|")
    marbles.expect(words.pipe(ops.map(str.upper))).to_be("A-B-C|")
    await pause(0.03)
    marbles.expect(words).to_be("--b-c|")

async def test_wrong(marbles):
    marbles.expect(marbles.cold("a-b|")).to_be("a-c|")
    await pause(1.0)

@pytest.mark.virtual_time(tick=0.001)
async def test_options(marbles):
    marbles.expect(marbles.cold("a-b|")).to_be_items([(0.0, "a"), (0.002, "b")])
    with pytest.raises(RuntimeError, match="run.. inside of a coroutine"):
        marbles.run()
"""
    result = run(pytester, text)
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["*expected  a-c|", "*actual    a-b|"])


def test_asynchronous_fixtures_live_as_long_as_the_test(pytester: pytest.Pytester) -> None:
    text = """
import contextvars
log = []
who = contextvars.ContextVar("who")

@pytest.fixture
async def number():
    await pause(1.0)
    return 42

@pytest.fixture
async def server(number):
    async with asyncio.timeout(60.0), asyncio.TaskGroup() as group:
        group.create_task(pause(9.0), name="background")
        yield number + 1
        log.append(now())

class TestIt:
    @pytest.fixture
    async def mine(self):
        self.seen = now()
        yield self

    async def test_it(self, server, mine, marbles):
        assert mine is self and self.seen == 1.0
        assert (server, now()) == (43, 1.0)
        marbles.until(3.0)
        await pause(2.0)

def test_after():
    assert log == [3.0]
"""
    run(pytester, text).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return\n    yield", "*fixture thing does not yield"),
        ("yield 1\n    yield 2", "*fixture thing yields more than once"),
        ("raise LookupError('mine')\n    yield", "*LookupError: mine"),
        ("yield 1\n    raise LookupError('mine')", "*LookupError: mine"),
        ("now_and_then(); yield 1", "*left by the fixtures:*"),
    ],
)
def test_what_is_wrong_with_a_fixture_is_told(
    pytester: pytest.Pytester, body: str, said: str
) -> None:
    text = f"""
def now_and_then():
    asyncio.get_running_loop().call_later(9.0, print)

@pytest.fixture
async def thing():
    {body}

async def test_it(thing):
    pass
"""
    result = run(pytester, text)
    assert result.parseoutcomes().get("errors") == 1
    result.stdout.fnmatch_lines([said])


def test_sockets_take_part_when_asked_to(pytester: pytest.Pytester) -> None:
    text = """
@pytest.fixture
async def server():
    async def echo(reader, writer):
        writer.write(await reader.readexactly(5))
        writer.close()
        await writer.wait_closed()
    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]

@pytest.mark.virtual_time(real_io=True)
async def test_it(server):
    reader, writer = await asyncio.open_connection("127.0.0.1", server)
    writer.write(b"hello")
    assert await reader.read() == b"hello"
    writer.close()
    await writer.wait_closed()
"""
    run(pytester, text).assert_outcomes(passed=1)


def test_property_tests_start_anew_with_each_example(pytester: pytest.Pytester) -> None:
    text = """
from hypothesis import given, settings, strategies as st

@settings(max_examples=5, database=None)
@given(st.floats(0.0, 9.0))
async def test_it(seconds):
    await pause(seconds)
    assert now() == round(seconds, 6)
"""
    run(pytester, text).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("ticks=1", "*takes real_io, seed, tick by name, got ticks"),
        ("True", "*takes real_io, seed, tick by name, got True"),
        ("tick=0.0", "*tick must be at least a microsecond, got 0.0"),
    ],
)
def test_bad_options_are_refused(pytester: pytest.Pytester, options: str, said: str) -> None:
    text = f"@pytest.mark.virtual_time({options})\nasync def test_it():\n    pass\n"
    result = run(pytester, text)
    result.stderr.fnmatch_lines([said])


def test_other_coroutines_are_left_to_other_plugins(pytester: pytest.Pytester) -> None:
    pytest.importorskip("anyio")
    text = """
import asyncio
import pytest
from rxvoice.testing import VirtualLoop

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.mark.anyio
async def test_theirs():
    assert not isinstance(asyncio.get_running_loop(), VirtualLoop)

@pytest.mark.anyio
@pytest.mark.virtual_time
async def test_mine():
    assert isinstance(asyncio.get_running_loop(), VirtualLoop)

async def test_nobodys():
    pass
"""
    result = run(pytester, text, head="")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*async def functions are not natively supported*"])


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_beside_pytest_asyncio(pytester: pytest.Pytester, mode: str) -> None:
    pytest.importorskip("pytest_asyncio")
    text = """
import asyncio, pytest, pytest_asyncio
from rxvoice.testing import VirtualLoop

@pytest_asyncio.fixture
async def thing():
    yield asyncio.get_running_loop()

@pytest.mark.asyncio
async def test_theirs(thing):
    assert not isinstance(thing, VirtualLoop)

@pytest.mark.virtual_time
async def test_mine(thing):
    assert isinstance(asyncio.get_running_loop(), VirtualLoop)
    assert asyncio.get_running_loop() is thing

class TestAll:
    pytestmark = pytest.mark.asyncio

    @pytest.mark.virtual_time
    async def test_mine(self):
        assert isinstance(asyncio.get_running_loop(), VirtualLoop)
"""
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    result = run(pytester, text, f"--asyncio-mode={mode}", head="")
    result.assert_outcomes(passed=3)
