"""What the spike tells: its figures for people, and what was not as it is to be."""

from __future__ import annotations

from collections import Counter
from typing import Any

PHASES = ("quiet", "spike", "after")
WITHIN = 1.0  # seconds after which nobody may get what a correction replaced


def percentile(values: list[float], share: float) -> float:
    """Nearest rank; nan where there is nothing."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


def reached(phase: dict[str, Any]) -> float:
    """Readers served a second, until the last one was."""
    return float(len(phase["took"]) / phase["seconds"])


def lateness(told: dict[str, Any]) -> list[float]:
    """Seconds from due to there, of every delivery that came."""
    return [told["arrived"][one] - due for one, due in told["owed"].items() if one in told["arrived"]]


def published_at(told: dict[str, Any]) -> float:
    """When the approver had the answer to the click."""
    return float(told["approver"].at + told["approver"].seconds)


def old_too_late(told: dict[str, Any]) -> list[float]:
    """Seconds after the publication at which somebody asked who got the old words, where that is too late."""
    since = published_at(told)
    return [at - since for at in told["spike"]["old_asked_at"] if at > since + WITHIN]


def complaints(told: dict[str, Any]) -> list[str]:
    """Everything that was not as it is to be, in words; empty if all was well."""
    return [*_of_readers(told), *_of_editors(told), *_of_correction(told), *_of_deliveries(told)]


def _of_readers(told: dict[str, Any]) -> list[str]:
    found = []
    for name in PHASES:
        phase = told[name]
        wrong = Counter(phase["errors"]) + Counter({k: n for k, n in phase["statuses"].items() if k != "200"})
        if wrong:
            found.append(f"{name}: readers met {dict(wrong)}")
        if phase["neither"]:
            found.append(f"{name}: {phase['neither']} readers got neither the old nor the new words")
        if len(phase["took"]) + sum(phase["errors"].values()) != phase["planned"]:
            found.append(f"{name}: of {phase['planned']} readers only {len(phase['took'])} are known")
    asked = told["asked"]
    if (rate := reached(told["spike"])) < asked["least"] * asked["rate"] * asked["times"]:
        found.append(f"the spike did not come: {rate:.0f} readers a second")
    return found


def _of_editors(told: dict[str, Any]) -> list[str]:
    wrong = Counter(f"{one.view}: {one.said}" for one in told["clicks"] if not one.is_right)
    found = [f"editors met {dict(wrong)}"] if wrong else []
    saved = sum(one.is_right for one in told["clicks"] if one.view == "save draft")
    kept = sum(told["look"]["drafts"].values())
    if saved != kept or not saved:
        found.append(f"{saved} drafts were said to be saved, {kept} are there")
    return found


def _of_correction(told: dict[str, Any]) -> list[str]:
    found, click = [], told["approver"]
    if not click.is_right:
        found.append(f"the correction was not published: {click.said}")
    if not told["after"]["new_asked_at"] or told["after"]["old_asked_at"]:
        found.append(f"afterwards {len(told['after']['old_asked_at'])} readers still got the old words")
    if late := old_too_late(told):
        found.append(f"{len(late)} readers got the old words, {max(late):.1f} s after the correction at the latest")
    if told["corrected"] != told["channels"]:
        found.append(f"the copy was corrected on {told['corrected']} of {told['channels']} channels")
    return found


def _of_deliveries(told: dict[str, Any]) -> list[str]:
    found, late, limit = [], lateness(told), told["asked"]["late"]
    counted = {one: told["standing"].get(one, 0) for one in told["owed"]}
    if lost := [one for one, count in counted.items() if count == 0 or one not in told["arrived"]]:
        found.append(f"{len(lost)} deliveries are lost, e.g. {lost[0]}")
    if doubled := [one for one, count in counted.items() if count > 1]:
        found.append(f"{len(doubled)} deliveries are doubled, e.g. {doubled[0]}")
    if too_late := [one for one in late if one > limit]:
        found.append(f"{len(too_late)} deliveries were more than {limit:g} s late, {max(too_late):.1f} s at most")
    if early := [one for one in late if one < 0]:
        found.append(f"{len(early)} deliveries were early")
    return found


def show(told: dict[str, Any]) -> None:
    """The figures, as tables."""
    asked, look = told["asked"], told["look"]
    print(f"{asked['kind']}; load {told['load'][0]:.1f} before, {told['load'][1]:.1f} at the end of the spike")
    print("\n| readers | planned | served | a second | errors | p50 | p99 | most | marked as old | came late (p99) |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in PHASES:
        phase = told[name]
        wrong = sum(phase["errors"].values()) + sum(n for status, n in phase["statuses"].items() if status != "200")
        print(
            f"| {name} | {phase['planned']} | {len(phase['took'])} | {reached(phase):.0f} | {wrong} "
            f"| {_ms(phase['took'])} | {phase['marked']} | {percentile(phase['lag'], 0.99) * 1000:.0f} ms |"
        )
    began = told["began"]
    windows = {"quiet": (began["quiet"], began["spike"]), "spike": (began["spike"], began["end"])}
    print("\n| editors | clicks quiet | p50 | p99 | most | clicks spike | p50 | p99 | most | errors |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    views = [*dict.fromkeys(one.view for one in told["clicks"] if not one.view.startswith("log")), "all"]
    for view in views:
        of_view = [one for one in told["clicks"] if view in (one.view, "all") and not one.view.startswith("log")]
        times = [[one.seconds for one in of_view if since <= one.at < to] for since, to in windows.values()]
        wrong = sum(not one.is_right for one in of_view)
        print(f"| {view} | {' | '.join(f'{len(each)} | {_ms(each)}' for each in times)} | {wrong} |")
    click, since = told["approver"], published_at(told)
    old, new = told["spike"]["old_asked_at"], told["spike"]["new_asked_at"]
    print(f"\ncorrection: the click took {click.seconds:.2f} s (answered {click.said})", end="")
    if old and new:
        print(
            f"; seconds from its answer: first new words asked for at {min(new) - since:+.2f}, last old ones at"
            f" {max(old) - since:+.2f}; too late {len(old_too_late(told))}",
            end="",
        )
    print(f"; copies corrected on {told['corrected']} of {told['channels']} channels")
    late, counted = lateness(told), [told["standing"].get(one, 0) for one in told["owed"]]
    over = ", ".join(f"{sum(one > limit for one in late)} over {limit:g} s" for limit in (1, 5, 30))
    print(
        f"deliveries: {len(told['owed'])} owed, {len(late)} came, {counted.count(0)} lost,"
        f" {sum(count > 1 for count in counted)} doubled; late {_ms(late).replace(' |', ',')} (p50, p99, most); {over}"
    )
    print(f"in the tables: {look['states']}, attempts {look['attempts']}; drafts kept {sum(look['drafts'].values())}")


def _ms(seconds: list[float]) -> str:
    """p50 | p99 | most"""
    if not seconds:
        return "- | - | -"
    found = percentile(seconds, 0.5), percentile(seconds, 0.99), max(seconds)
    return " | ".join(f"{one * 1000:.0f} ms" for one in found)
