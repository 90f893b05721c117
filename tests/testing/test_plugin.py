import pytest

pytest_plugins = ["pytester"]


def run(pytester: pytest.Pytester, text: str) -> pytest.RunResult:
    pytester.makepyfile(text)
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-W", "error")


def test_a_diagram_that_fits_passes(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        def test_it(marbles):
            marbles.expect(marbles.cold("a-b|")).to_be("a-b|")
        """,
    )
    result.assert_outcomes(passed=1)


def test_a_diagram_that_does_not_fit_fails_the_test(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        def test_it(marbles):
            marbles.expect(marbles.cold("a-b|")).to_be("a-c|")
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*expected  a-c|", "*actual    a-b|"])
    result.stdout.no_fnmatch_line("*bench.check()*")


def test_a_test_that_fails_by_itself_shows_its_own_error(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        def test_it(marbles):
            marbles.expect(marbles.cold("a-b|")).to_be("a-c|")
            raise LookupError("mine")
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*LookupError: mine"])
    result.stdout.no_fnmatch_line("*expected  a-c|")


def test_the_virtual_loop_runs_coroutines(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import asyncio

        async def wait():
            try:
                await asyncio.wait_for(asyncio.Event().wait(), 60.0)
            except TimeoutError:
                return asyncio.get_running_loop().time()

        def test_it(virtual_loop):
            assert virtual_loop.run_until_complete(wait()) == 60.0
        """,
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("virtual_loop.call_later(1.0, print)", "*timer at 1.000000 s*"),
        ("virtual_loop.call_soon(int, 'x')", "*invalid literal*"),
        ("virtual_loop.task = virtual_loop.create_task(wait(), name='stray')", "*task 'stray'*"),
    ],
)
def test_what_is_left_on_the_virtual_loop_fails_the_test(
    pytester: pytest.Pytester, body: str, said: str
) -> None:
    result = run(
        pytester,
        f"""
        import asyncio

        async def wait():
            await asyncio.Event().wait()

        def test_it(virtual_loop):
            {body}
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([said])
