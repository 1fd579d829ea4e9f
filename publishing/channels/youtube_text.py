"""What is written with a film on YouTube: title, description, chapters, tags. Pure; part of youtube.py.

Title at most 100 letters, description at most 5,000 bytes, tags at most 500 letters; neither may have < or > in it.
"""

from __future__ import annotations

import re
import unicodedata

from publishing.channels import frame
from publishing.story import Action, Story, Video
from publishing.text import clip

TITLE_LENGTH = 100
DESCRIPTION_BYTES = 5_000
TAGS_LENGTH = 500
WORDING_BYTES = 1_200
CHAPTERS_BYTES = 800
FEWEST_CHAPTERS = 3
SHORTEST_CHAPTER = 10  # seconds

# The words of a post, but that it is a film that is withdrawn.
PHRASES = {
    "vi": frame.PHRASES["vi"]
    | {
        "withdrawn": "Chúng tôi rút lại phim này. Nội dung đã đăng không còn giá trị, xin đừng dựa vào và đừng chia sẻ tiếp."
    },
    "en": frame.PHRASES["en"]
    | {
        "withdrawn": "We withdraw this film. What it said no longer stands: please do not rely on it or share it further."
    },
}


def title(story: Story) -> str:
    """The verdict and the story's title: lists show little else."""
    verdict = f"[{clip(clean(story.verdict).upper(), 30)}] " if story.verdict else ""
    return clip(" ".join(f"{verdict}{clean(story.title)}".split()), TITLE_LENGTH)


def lead(story: Story, action: Action) -> str:
    """The automatic wording."""
    if action == Action.RETRACT:
        return phrases(story)["withdrawn"]
    return clip_bytes(clean(story.short_answer).strip(), WORDING_BYTES)


def description(story: Story, action: Action, link: str, wording: str, owner: str) -> str:
    """What was corrected, verdict and claim, the link, the wording, chapters, owner.

    Only the first lines are seen without a click: a correction stands at the top, and the link right below the verdict.
    """
    said = phrases(story)
    head = clip_bytes(clean(story.claim or story.title), 600)
    if story.verdict and action != Action.RETRACT:
        head = f"[{clip(clean(story.verdict).upper(), 60)}] {head}"
    parts = [f"{head}\n{said['link'] % link}", clean(wording).strip()]
    if action != Action.POST:
        change, word = clip_bytes(clean(story.change).strip(), 900), story.told_as(action)
        parts.insert(0, said[word] % change if change else said[f"{word}_unsaid"])
    if story.videos:
        parts.append(chapters(story.videos[0]))
    parts.append(clip_bytes(clean(owner), 300))
    return "\n\n".join(filter(None, parts))


def chapters(video: Video) -> str:
    """The list YouTube makes chapters of, or "" where it would not: it wants the first at 0:00, three, of 10 s each."""
    starts = [second for second, _title in video.chapters]
    ends = [*starts[1:], video.seconds or (starts[-1] + SHORTEST_CHAPTER if starts else 0)]
    is_taken = (
        len(starts) >= FEWEST_CHAPTERS
        and starts[0] == 0
        and all(end - start >= SHORTEST_CHAPTER for start, end in zip(starts, ends, strict=True))
    )
    listed = "\n".join(f"{_clock(second)} {clip(clean(name), 80)}" for second, name in video.chapters)
    return listed if is_taken and len(listed.encode()) <= CHAPTERS_BYTES else ""


def tags(story: Story) -> list[str]:
    """The topics, as many as fit. YouTube counts the comma between two, and quotes around one with a blank in it."""
    made: list[str] = []
    size = 0
    for topic in story.topics:
        tag = clip(" ".join(re.sub(r'[,"]', " ", clean(topic)).split()), 60)
        size += len(tag) + (2 if " " in tag else 0) + 1
        if tag and size <= TAGS_LENGTH:
            made.append(tag)
    return made


def clean(text: str) -> str:
    """NFC, and without the two signs that YouTube refuses."""
    return unicodedata.normalize("NFC", text).replace("<", "‹").replace(">", "›")


def clip_bytes(text: str, limit: int) -> str:
    """At most ``limit`` bytes in UTF-8, cut as text.clip cuts."""
    if len(text.encode()) <= limit:
        return text
    size = min(len(text), limit)
    while len(clip(text, size).encode()) > limit:
        size = min(size - 1, size * limit // len(clip(text, size).encode()))
    return clip(text, size)


def phrases(story: Story) -> dict[str, str]:
    """In the story's language."""
    return PHRASES.get(story.language.partition("-")[0], PHRASES["en"])


def _clock(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
