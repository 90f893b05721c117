"""LM01, LM02: a language model in this process, with SmolLM2 for real."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, assert_type

import pytest
from reactivex import Observable
from reactivex.disposable import SingleAssignmentDisposable

from rxvoice import models
from rxvoice.aio import pull
from rxvoice.context import Context
from rxvoice.contracts import Chat, Written
from rxvoice.errors import ModelError, ModelUnavailable, ProviderError, ProviderRejected
from rxvoice.items import Thought, Token, ToolCall, Usage
from rxvoice.providers._llama_generation import Server, said
from rxvoice.providers._llama_prompt import Ruler, fit, messages
from rxvoice.providers._shared import Preparable
from rxvoice.providers.llama import Llama, llama
from rxvoice.session import Session

MODEL = "smollm2-135m-instruct"
SYSTEM = "You are a friendly assistant on the telephone of a small hotel in the mountains."
STORY = Context(SYSTEM).append("user", "Tell me a very long story about a cat.")
HELLO = Context(SYSTEM).append("user", "Say hello.")

Item = Written


PLACES = {"one": (1, 1024), "two": (2, 512), "small": (1, 256)}


def loaded(place: str, max_tokens: int = 8) -> Llama:
    """A chat that shares its model with the others of the same place."""
    slots, context = PLACES[place]
    made = llama(
        model=MODEL, temperature=0.0, threads=1, slots=slots, context=context, max_tokens=8
    )
    return replace(made, max_tokens=max_tokens)


@pytest.fixture(autouse=True, scope="module")
def model() -> Iterator[Path]:
    try:
        yield models.path(MODEL)
    except ModelUnavailable as error:
        pytest.skip(f"the model cannot be had: {error}")
    for place in PLACES:
        loaded(place).close()


@pytest.fixture
def chat() -> Llama:
    return loaded("one", max_tokens=500)


class Watched:
    """The real runtime, and what it was asked and said.

    Attributes:
        requests: All requests, oldest first.
        chunks: What was said to each.
        running: How many are being answered.
        most: How many were at a time.
        hook: Called in the runtime's thread with each chunk, before rxvoice has it.
    """

    def __init__(self, server: Server) -> None:
        self.requests: list[Mapping[str, object]] = []
        self.chunks: list[list[dict[str, Any]]] = []
        self.running = self.most = 0
        self.hook: Callable[[dict[str, Any]], None] = lambda chunk: None
        self._server = server
        self._lock = threading.Lock()

    def handle_completions(self, prompt: Mapping[str, object], /) -> Mapping[str, Any]:
        return self._server.handle_completions(prompt)

    def handle_chat_completions(
        self, prompt: Mapping[str, object], callback: Callable[[dict[str, Any]], bool], /
    ) -> object:
        chunks: list[dict[str, Any]] = []

        def watch(chunk: dict[str, Any]) -> bool:
            chunks.append(chunk)
            self.hook(chunk)
            return callback(chunk)

        with self._lock:
            self.requests.append(prompt)
            self.chunks.append(chunks)
            self.running += 1
            self.most = max(self.most, self.running)
        try:
            return self._server.handle_chat_completions(prompt, watch)
        finally:
            with self._lock:
                self.running -= 1

    def cached(self, request: int) -> int:
        """Tokens of a prompt that had been read before."""
        usage = self.chunks[request][-1]["usage"]
        return usage["prompt_tokens_details"]["cached_tokens"]


@asynccontextmanager
async def watched(chat: Llama) -> AsyncGenerator[Watched]:
    engine = await chat._shared().get()  # pyright: ignore[reportPrivateUsage]
    server = engine._server  # pyright: ignore[reportPrivateUsage]
    assert server is not None
    watch = Watched(server)
    engine._server = watch  # pyright: ignore[reportPrivateUsage]
    try:
        yield watch
    finally:
        engine._server = server  # pyright: ignore[reportPrivateUsage]


async def answer(session: Session, chat: Chat, context: Context) -> list[Item]:
    if isinstance(chat, Llama):
        chat = replace(chat, max_tokens=min(chat.max_tokens, 8))
    async with pull(chat(context), capacity=1000, scheduler=session.scheduler) as items:
        return [item async for item in items]


def text(items: list[Item]) -> str:
    return "".join(item.text for item in items if isinstance(item, Token))


class Asking:
    """A subscription to an answer that is never awaited."""

    def __init__(self, session: Session, stream: Observable[Item]) -> None:
        self.items: list[Item] = []
        self.errors: list[Exception] = []
        self._there = asyncio.Event()
        self.subscription = SingleAssignmentDisposable()
        self.subscription.disposable = session.subscribe(stream, self._take, self._fail)

    async def until(self, count: int) -> None:
        while len(self.items) < count:
            await self._next()

    async def failed(self) -> Exception:
        while not self.errors:
            await self._next()
        return self.errors[0]

    async def _next(self) -> None:
        self._there.clear()
        await self._there.wait()

    def _take(self, item: Item) -> None:
        self.items.append(item)
        self._there.set()

    def _fail(self, error: Exception) -> None:
        self.errors.append(error)
        self._there.set()


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if "llama" in thread.name]


def test_lm01_tokens_come_one_by_one_and_the_usage_last() -> None:
    chat = loaded("one")
    assert_type(chat(HELLO), Observable[Token | Thought | ToolCall | Usage])
    provider: Chat = chat
    assert isinstance(chat, Preparable)

    async def main() -> list[Item]:
        async with Session() as session:
            return await answer(session, provider, HELLO)

    items = asyncio.run(main())
    assert all(isinstance(item, Token) for item in items[:-1])
    assert 1 < len(items) <= 9
    usage = items[-1]
    assert isinstance(usage, Usage)
    assert usage.source == "llama"
    assert usage.input_tokens > 20
    assert 1 <= usage.output_tokens <= 8
    assert text(items).strip()


def test_lm01_chunks_without_choices_are_skipped() -> None:
    assert said({"choices": []}) == []
    assert said({"choices": [{"delta": {"role": "assistant", "content": None}}]}) == []
    assert said({"choices": [{"delta": {"reasoning_content": "hm"}}]}) == [Thought("hm")]


def test_lm02_unsubscribing_stops_the_model_and_the_next_request_is_answered(chat: Llama) -> None:
    async def main() -> None:
        async with Session() as session, watched(chat) as runtime:
            asking = Asking(session, chat(STORY))
            await asking.until(3)
            asking.subscription.dispose()
            seen = len(asking.items)
            items = await answer(session, chat, HELLO)
            assert text(items).strip()
            assert len(asking.items) == seen
            tokens = sum(len(said(chunk)) for chunk in runtime.chunks[0])
            assert tokens < 30, "of the 500 that were asked for"
        assert threads() == []

    asyncio.run(main())


def test_lm02_unsubscribing_stops_the_reading_of_a_prompt(chat: Llama) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with Session() as session, watched(chat) as runtime:
            gone, disposed = asyncio.Event(), threading.Event()

            def dispose() -> None:
                asking.subscription.dispose()
                gone.set()
                loop.call_later(0.0, loop.call_soon, disposed.set)

            def at_first(_: dict[str, Any]) -> None:
                if len(runtime.chunks[0]) == 2:
                    loop.call_soon_threadsafe(dispose)
                    disposed.wait(10.0)

            runtime.hook = at_first
            asking = Asking(session, chat(Context().append("user", "word " * 350)))
            await gone.wait()
            await session.aclose()
            assert asking.items == []
            progress = [chunk.get("prompt_progress") for chunk in runtime.chunks[0]]
            assert progress[-1] is not None
            assert progress[-1]["processed"] < 200 < progress[-1]["total"]
        assert threads() == []

    asyncio.run(main())


def test_lm02_closing_the_session_waits_for_the_thread(chat: Llama) -> None:
    async def main() -> None:
        async with Session() as session:
            await Asking(session, chat(STORY)).until(1)
            assert threads() == ["rxvoice-llama"]
        assert threads() == []

    asyncio.run(main())


def test_unsubscribing_from_within_a_token_leaves_nothing(chat: Llama) -> None:
    async def main() -> None:
        async with Session() as session:
            holder = SingleAssignmentDisposable()
            taken: list[Item] = []
            over = asyncio.Event()

            def take(item: Item) -> None:
                taken.append(item)
                holder.dispose()
                over.set()

            holder.disposable = session.subscribe(chat(STORY), take)
            await over.wait()
            await answer(session, chat, HELLO)
        assert len(taken) == 1
        assert threads() == []

    asyncio.run(main())


def test_a_subscription_is_a_request_of_its_own(chat: Llama) -> None:
    async def main() -> None:
        async with Session() as session, watched(chat) as runtime:
            stream = replace(chat, max_tokens=4)(HELLO)
            assert runtime.requests == []
            first = await answer(session, lambda _: stream, HELLO)
            second = await answer(session, lambda _: stream, HELLO)
            assert text(first).strip()
            assert text(second).strip()
            assert len(runtime.requests) == 2

    asyncio.run(main())


def test_sessions_share_the_slots_and_take_turns() -> None:
    chat = loaded("two", 12)

    async def main() -> None:
        async with watched(chat) as runtime:
            async with Session() as one, Session() as two, Session() as three:
                sessions = [one, two, three]
                answers = [answer(session, chat, HELLO) for session in sessions]
                for items in await asyncio.gather(*answers):
                    assert isinstance(items[-1], Usage)
            assert len(runtime.requests) == 3
            assert runtime.most == 2

    asyncio.run(main())


def test_who_gives_up_waiting_for_a_slot_takes_none(chat: Llama) -> None:
    async def main() -> None:
        async with Session() as session, watched(chat) as runtime:
            asking = Asking(session, chat(STORY))
            await asking.until(1)
            waiting = Asking(session, chat(HELLO))
            later = Asking(session, chat(HELLO))
            await asking.until(len(asking.items) + 2)
            waiting.subscription.dispose()
            asking.subscription.dispose()
            await later.until(2)
            later.subscription.dispose()
            assert text(await answer(session, chat, HELLO)).strip()
            assert waiting.items == []
            assert len(runtime.requests) == 3

    asyncio.run(main())


def test_a_prepared_instruction_is_not_read_again() -> None:
    chat = loaded("two", 4)

    async def main() -> None:
        async with Session() as session, watched(chat) as runtime:
            await chat.prepare(Context(SYSTEM + " You speak slowly."))
            assert len(runtime.requests) == 2
            asked = [
                replace(context, system=SYSTEM + " You speak slowly.") for context in (STORY, HELLO)
            ]
            await asyncio.gather(*(answer(session, chat, context) for context in asked))
            instruction = len(SYSTEM.split())
            assert runtime.cached(2) > instruction
            assert runtime.cached(3) > instruction

    asyncio.run(main())


def test_one_model_serves_all_loops_of_the_process() -> None:
    async def engine() -> object:
        await loaded("one", max_tokens=4).prepare()
        return await loaded("one")._shared().get()  # pyright: ignore[reportPrivateUsage]

    assert asyncio.run(engine()) is asyncio.run(engine())


def test_closing_fails_what_is_being_said_and_the_next_call_loads_again(chat: Llama) -> None:
    async def main() -> None:
        async with Session() as session:
            asking = Asking(session, chat(STORY))
            await asking.until(2)
            waiting = Asking(session, chat(HELLO))
            await asking.until(len(asking.items) + 2)
            chat.close()
            chat.close()
            for refused in (asking, waiting):
                error = await refused.failed()
                assert isinstance(error, ProviderError)
                assert error.provider == "llama"
            assert text(await answer(session, chat, HELLO)).strip()

    asyncio.run(main())


@pytest.mark.parametrize("item", ["chunk", "raise"])
def test_a_model_that_fails_fails_the_stream(chat: Llama, item: str) -> None:
    class Failing:
        def handle_chat_completions(
            self, prompt: Mapping[str, object], callback: Callable[[dict[str, Any]], bool], /
        ) -> object:
            if item == "raise":
                raise RuntimeError("out of order")
            return callback({"error": {"code": 503, "message": "busy", "type": "unavailable"}})

        def handle_completions(self, prompt: Mapping[str, object], /) -> Mapping[str, Any]:
            raise AssertionError("nobody asks for it")

    async def main() -> None:
        engine = await chat._shared().get()  # pyright: ignore[reportPrivateUsage]
        server = engine._server  # pyright: ignore[reportPrivateUsage]
        async with Session() as session:
            engine._server = Failing()  # pyright: ignore[reportPrivateUsage]
            with pytest.raises(ProviderError, match=r"busy|failed") as failure:
                await answer(session, chat, HELLO)
            assert failure.value.provider == "llama"
            engine._server = server  # pyright: ignore[reportPrivateUsage]
            assert text(await answer(session, chat, HELLO)).strip()

    asyncio.run(main())


def test_a_long_history_loses_its_oldest_messages() -> None:
    chat = loaded("small")
    context = Context("Be brief.")
    for number in range(40):
        context = context.append("user", f"I have {number} cats and {number + 1} dogs at home.")
        context = context.append("assistant", "That is nice.")
    context = context.append("user", "What is your name?")

    async def main() -> None:
        async with Session() as session, watched(chat) as runtime:
            assert text(await answer(session, chat, context)).strip()
            (request,) = runtime.requests
            asked: Any = request["messages"]
            assert asked[0] == {"role": "system", "content": "Be brief."}
            assert asked[1]["role"] == "user"
            assert asked[-1]["content"] == "What is your name?"
            assert len(asked) < 30

    asyncio.run(main())


def test_a_history_that_is_longer_than_it_seemed_is_cut_again() -> None:
    chat = loaded("small")
    context = Context()
    for _ in range(8):
        context = context.append("user", "ꙮ⸘𓀀" * 8).append("assistant", "ok")
    context = context.append("user", "Hello?")

    async def main() -> None:
        async with Session() as session, watched(chat) as runtime:
            assert isinstance((await answer(session, chat, context))[-1], Usage)
            assert len(runtime.requests) > 1

    asyncio.run(main())


def test_a_last_message_that_is_too_long_is_refused() -> None:
    chat = loaded("small")
    context = (
        Context().append("user", "Hi.").append("assistant", "Hi!").append("user", "a b " * 300)
    )

    async def main() -> None:
        async with Session() as session:
            with pytest.raises(ProviderRejected, match="tokens") as refusal:
                await answer(session, chat, context)
            assert refusal.value.status == 400
            assert not refusal.value.retryable
            assert text(await answer(session, chat, HELLO)).strip()

    asyncio.run(main())


@pytest.mark.parametrize(
    "context",
    [
        Context(),
        Context("Greet the caller."),
        Context().append("assistant", "Hello!"),
        Context().append("user", "half a pair \ud800, a zero \0, <|im_end|>"),
    ],
    ids=["nothing", "instruction", "bot first", "odd characters"],
)
def test_odd_contexts_are_answered(chat: Llama, context: Context) -> None:
    async def main() -> None:
        async with Session() as session:
            await Asking(session, chat(context)).until(1)

    asyncio.run(main())


def test_messages_are_joined_trimmed_and_cleaned() -> None:
    context = Context(" Be kind. ").append("user", "Hi.").append("user", " ").append("user", "You?")
    context = context.append("assistant", "<|im_end|> \udc00!", interrupted=True)
    assert messages(context) == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hi.\nYou?"},
        {"role": "assistant", "content": "< |im_end|> ?!"},
    ]
    assert messages(Context()) == []


def test_the_same_messages_are_dropped_for_many_turns() -> None:
    context = Context("Be kind.")
    firsts: list[str] = []
    for number in range(60):
        context = context.append("user", f"{number:03} " + "word " * 10)
        chat = fit(messages(context), 500.0, Ruler())
        assert Ruler().total(chat) <= 500.0
        assert chat[0]["role"] == "system"
        assert [message["role"] for message in chat[1:]][0::2] == ["user"] * (len(chat) // 2)
        firsts.append(chat[1]["content"])
        context = context.append("assistant", "I see, go on. " * 3)
    assert len(set(firsts)) < 12


def test_nothing_is_dropped_where_nothing_can_be() -> None:
    only = [{"role": "user", "content": "word " * 100}]
    assert fit(only, 10.0, Ruler()) == only
    assert fit([], 10.0, Ruler()) == []


def test_bad_arguments_are_refused(tmp_path: Path) -> None:
    for name, options in {
        "model": {"model": "no-such-model"},
        "max_tokens": {"max_tokens": 0},
        "temperature": {"temperature": float("nan")},
        "threads": {"threads": 0},
        "slots": {"slots": 0},
        "context": {"context": 100},
    }.items():
        wrong: dict[str, Any] = options
        with pytest.raises(ValueError, match=name):
            llama(**wrong)
    with pytest.raises(ValueError, match="smollm2-135m-instruct"):
        llama(model=tmp_path / "none.gguf")


@pytest.mark.parametrize("size", [0, 3, 100_000], ids=["empty", "tiny", "cut off"])
def test_a_broken_file_is_a_clear_error(tmp_path: Path, model: Path, size: int) -> None:
    broken = tmp_path / "broken.gguf"
    with model.open("rb") as whole:
        broken.write_bytes(whole.read(size))

    async def main() -> None:
        async with Session() as session:
            with pytest.raises(ModelError, match=r"broken\.gguf"):
                await answer(session, llama(model=broken), HELLO)

    asyncio.run(main())


START = f"""
import asyncio, signal, sys
from rxvoice.context import Context
from rxvoice.providers.llama import llama
from rxvoice.session import Session

chat = llama(model={MODEL!r}, max_tokens=400, threads=1)
context = Context("Be kind.").append("user", "Tell me a very long story about a cat.")

def print_not(error):
    pass

async def begin(session):
    first = asyncio.Event()
    subscription = session.subscribe(chat(context), lambda _: first.set(), print_not)
    await first.wait()
    return subscription
"""

WAYS = {
    "the session is closed": """
async def main():
    async with Session() as session:
        await begin(session)
asyncio.run(main())
""",
    "nobody unsubscribes": """
async def main():
    await begin(Session())
asyncio.run(main())
""",
    "unsubscribed at the last moment": """
async def main():
    (await begin(Session())).dispose()
asyncio.run(main())
""",
    "an interruption from the keyboard": """
async def main():
    await begin(Session())
    signal.raise_signal(signal.SIGINT)
    await asyncio.Event().wait()
try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")
""",
    "a broken file": """
import pathlib, tempfile
async def main():
    await begin(Session())
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "x.gguf")
        path.write_bytes(b"GGUF and more")
        try:
            await llama(model=path).prepare()
        except Exception as error:
            print(type(error).__name__)
asyncio.run(main())
""",
}


@pytest.mark.parametrize("way", WAYS)
def test_the_process_ends_quietly(way: str) -> None:
    """Nothing of llama.cpp's own log, no crash at exit, no thread that holds it up."""
    script = START + WAYS[way]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    expected = {
        "an interruption from the keyboard": "interrupted\n",
        "a broken file": "ModelError\n",
    }
    assert (done.returncode, done.stderr, done.stdout) == (0, "", expected.get(way, ""))


def test_the_process_ends_even_when_its_loop_was_left_alone() -> None:
    script = START + (
        "loop = asyncio.new_event_loop()\n"
        "loop.set_exception_handler(lambda loop, context: None)\n"
        "async def main():\n    global session\n    session = Session()\n    await begin(session)\n"
        "loop.run_until_complete(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0
