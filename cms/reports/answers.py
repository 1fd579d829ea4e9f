"""Answers published in a period, by kind and verdict; and what the public sent in."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from cms.claims import Verdict
from cms.incidents import Appearance
from cms.pages.answer import Answer, Change
from cms.reports.counting import by_one, columns, counted_by, in_both, now_and_before, of_choices, total, within
from cms.reports.period import Period
from cms.reports.sections import Chart, Figure, Link, Section, Table
from cms.sent_in.submissions import Submission
from publishing import subjects

_AT = "first_published_at"


def _published() -> QuerySet[Answer]:
    """Answers with ``is_first``: the first published of its translations."""
    same = Answer.objects.filter(translation_key=OuterRef("translation_key"), first_published_at__isnull=False)
    earlier = same.filter(
        Q(first_published_at__lt=OuterRef(_AT)) | Q(first_published_at=OuterRef(_AT), pk__lt=OuterRef("pk"))
    )
    return Answer.objects.filter(live=True).annotate(is_first=~Exists(earlier))


def answers(period: Period) -> Section:
    """Published for the first time in the period."""
    both = _published()
    found = counted_by(both, _AT, period, "is_first", "content_type__model", "rebuttal__verdict", "change_kind")
    originals = [each for each in found if each[0][0]]
    translations = [each for each in found if not each[0][0]]
    retracted = [each for each in originals if each[0][3] == Change.RETRACTION]
    once = gettext(
        "Published for the first time in the period. One that stands in several languages is counted once, where it was published first."
    )
    figures = (
        Figure("answers", gettext("Answers published"), once, *total(originals)),
        Figure(
            "translations",
            gettext("Translations published"),
            gettext("Further languages of an answer that were published for the first time in the period."),
            *total(translations),
        ),
        Figure(
            "withdrawn",
            gettext("Of these retracted since"),
            gettext("Answers published in the period that do not stand any more. They are counted above too."),
            *total(retracted),
        ),
    )
    names = {name: str(words) for name, words in subjects.kinds.items()}
    tables = (
        Table(
            gettext("Answers by kind"),
            gettext("Kind"),
            columns(),
            of_choices(by_one(originals, 1), names),
            once,
            Chart.BARS,
        ),
        Table(
            gettext("Rebuttals by verdict"),
            gettext("Verdict"),
            columns(),
            of_choices([each for each in by_one(originals, 2) if each[0][0]], dict(Verdict.choices)),
            gettext(
                "Rebuttals published in the period, with the verdict that they have now; statements that are not judged have none."
            ),
            Chart.BARS,
        ),
    )
    return Section("answers", gettext("Answers"), figures, tables)


def submissions(period: Period) -> Section:
    """What members of the public asked to be checked."""
    both = in_both(Submission.objects.all(), "received_at", period)
    counts = both.aggregate(
        **now_and_before("received_at", period),
        firsts=Count("pk", filter=within("received_at", period) & Q(same_as__isnull=True)),
        firsts_then=Count("pk", filter=within("received_at", period.before) & Q(same_as__isnull=True)),
    )
    inbox = Link(f"{reverse('inbox')}?phase=all", ("cms.view_submission",))
    figures = (
        Figure(
            "submissions",
            gettext("Sent in by the public"),
            gettext(
                "Everything that came in through the form in the period, repeats too. Nobody who sent something is counted or named."
            ),
            counts["now"],
            counts["then"],
            link=inbox,
        ),
        Figure(
            "submissions_different",
            gettext("Different messages"),
            gettext("Of these the ones that were the first to say what they say."),
            counts["firsts"],
            counts["firsts_then"],
        ),
    )
    heads = columns()
    phases = counted_by(Submission.objects.with_phase(), "received_at", period, "phase_now")
    seen = counted_by(Submission.objects.all(), "received_at", period, "seen_on")
    platforms = {**dict(Appearance.Platform.choices), "": gettext("not given")}
    tables = (
        Table(
            gettext("What became of them"),
            gettext("Phase"),
            heads,
            of_choices(phases, dict(Submission.Phase.choices)),
            gettext("What was sent in in the period, as it stands now."),
        ),
        Table(
            gettext("Where it was seen"),
            gettext("Platform"),
            heads,
            of_choices(seen, platforms),
            gettext("As those who sent it in gave it."),
            Chart.BARS,
        ),
    )
    return Section("submissions", gettext("Submissions from the public"), figures, tables)
