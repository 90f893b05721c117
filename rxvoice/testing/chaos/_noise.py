"""`noise`."""

import math
from typing import Literal, TypeVar, cast

from reactivex import Observable, abc

from rxvoice.contracts import Operator
from rxvoice.items import AudioFrame
from rxvoice.testing.chaos._colours import COLOURS
from rxvoice.testing.chaos._noise_mixer import NoiseMixer

A = TypeVar("A")


def noise(
    *,
    level_db: float | None = None,
    snr_db: float | None = None,
    kind: Literal["white", "pink", "brown"] | AudioFrame = "white",
    seed: int = 0,
) -> Operator[A, A]:
    """Put noise under the audio, as of a line, a street or a fan.

    Every sample of every `AudioFrame` gets some, silence too; sums saturate. Which noise a sample
    gets depends on the seed and on how many samples came before it, not on how they were cut into
    frames; each subscription begins anew. Its level is given as such, or as a ratio: then it
    follows the level of the speech so far, pauses not counted (ITU-T P.56), from block to block of
    20 ms, beginning at -26 dB, the level to which telephones are set.

    Items that are not audio pass, as do the end and the error. It takes no time.

    Marbles (one column is 20 ms)::

        audio  qqsq|
        noise(level_db=-6.0)
        out    ssss|

    Args:
        level_db: Level (RMS) in dB below full scale, as `rxvoice.audio.loudness` measures it; 0 at
            most.
        snr_db: Level of the speech above that of the noise, in dB. Either is to be given.
        kind: A colour: ``"white"`` has the same power in each hertz, ``"pink"`` in each octave,
            and ``"brown"`` falls by 6 dB an octave. Or a recording, which is played over and over
            from a place that the seed chooses.
        seed: Which noise.

    Returns:
        The operator. Its stream fails with `rxvoice.errors.AudioFormatError` when the rate of a
        recording is not that of the audio.

    Raises:
        ValueError: When not exactly one of ``level_db`` and ``snr_db`` is given, one is out of
            range, ``kind`` is unknown or silent, or ``seed`` is not in 0…2³²-1.
    """
    if (level_db is None) == (snr_db is None):
        raise ValueError("either level_db or snr_db must be given")
    if level_db is not None and not (level_db <= 0.0 and math.isfinite(level_db)):
        raise ValueError(f"level_db must be 0 at most, got {level_db}")
    if snr_db is not None and not math.isfinite(snr_db):
        raise ValueError(f"snr_db must be finite, got {snr_db}")
    if isinstance(kind, AudioFrame):
        if not kind.samples.any():
            raise ValueError("kind must be a recording in which there is something")
    elif kind not in COLOURS:
        raise ValueError(f"kind must be one of {', '.join(COLOURS)} or a recording, got {kind!r}")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must be in 0…{2**32 - 1}, got {seed}")

    def noisy(source: Observable[A]) -> Observable[A]:
        def subscribe(
            observer: abc.ObserverBase[A], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            mixer = NoiseMixer(kind, seed, level_db, snr_db)

            def on_next(item: A) -> None:
                mixed: object = item
                if isinstance(item, AudioFrame):
                    try:
                        mixed = mixer.mix(item)
                    except Exception as error:
                        observer.on_error(error)
                        return
                observer.on_next(cast(A, mixed))

            return source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=scheduler
            )

        return Observable(subscribe)

    return noisy


__all__ = ["noise"]
