"""The import of a table of incidents: choose a file, see what each row becomes, take it over, see what became of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import permission_required

from cms.incidents import Place, Topic
from cms.intake import columns, import_plan, tables
from cms.intake.import_plan import Fate
from cms.intake.rows import Reader, Row
from publishing.desk.base import DeskView

ADD = "cms.add_incident"
HOURS = 12 * 3600  # how long a preview can be taken over
_MOST_CARRIED = 2_000_000  # characters; below Django's own limit for a form
_SALT = "intake-import"

FATES: dict[str, str | Promise] = {
    Fate.NEW: _("new incident"),
    Fate.ADDS: _("seen again: goes to an incident that is there"),
    Fate.DOUBT: _("please decide: perhaps the same as another"),
    Fate.KNOWN: _("here already: nothing to do"),
    Fate.REFUSED: _("refused"),
}


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("Table"),
        help_text=_("XLSX or CSV, at most 2,000 rows and 5 MB. Nothing is stored before you take it over."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
    )


class ImportView(DeskView):
    """The way from a file to incidents. POST ``do=look`` previews a file, ``do=take`` takes the preview over.

    Between the two the readable rows travel in the page, signed: nothing waits on the server, and what was refused,
    personal data above all, is nowhere any more.
    """

    allowed = (ADD,)
    header_icon = "upload"
    page_title = _("Import incidents")
    template_name = "desk/intake_import.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        shown = self._result(request) if request.POST.get("do") == "take" else self._preview(request)
        answer = self.render_to_response(self.get_context_data(**shown))
        answer["Cache-Control"] = "private, no-store"
        return answer

    def _preview(self, request: HttpRequest) -> dict[str, Any]:
        form = FileForm(request.POST, request.FILES)
        if not form.is_valid():
            return {"form": form}
        file = form.cleaned_data["file"]
        try:
            if file.size > tables.MOST_BYTES:
                raise tables.Unreadable(gettext("The file is larger than 5 MB. Please split it."))
            table = tables.read(file.read())
            reader = Reader()
            rows = [reader.read(number, cells) for number, cells in table.rows]
            carried = signing.dumps([asdict(row) for row in rows if not row.errors], salt=_SALT, compress=True)
            if len(carried) > _MOST_CARRIED:
                raise tables.Unreadable(gettext("This is too much text for one import. Please split the table."))
        except tables.Unreadable as why:
            form.add_error("file", str(why))
            return {"form": form}
        planned = import_plan.plan(rows)
        return {
            "planned": _shown(planned),
            "notes": table.notes,
            "sums": _sums([one.fate for one in planned]),
            "carried": carried,
            "may_take": any(one.fate in {Fate.NEW, Fate.ADDS, Fate.DOUBT} for one in planned),
        }

    def _result(self, request: HttpRequest) -> dict[str, Any]:
        try:
            carried = signing.loads(request.POST.get("carried", ""), salt=_SALT, max_age=HOURS)
        except signing.BadSignature:
            form = FileForm()
            words = gettext("This preview is too old, or did not arrive whole. Please choose the file again.")
            return {"form": form, "refusal": words}
        rows = [Row(**fields) for fields in carried]
        decided = {row.number: request.POST.get(f"row-{row.number}", import_plan.SKIP) for row in rows}
        try:
            taken = import_plan.take_over(rows, decided, request.user)
        except (Topic.DoesNotExist, Place.DoesNotExist):  # pragma: no cover - deleted between the two steps
            return {"form": FileForm(), "refusal": gettext("A topic or place was deleted meanwhile. Please try again.")}
        return {"taken": taken, "left_out": taken.times[import_plan.SKIP], "sums": _sums_of(taken.times)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", FileForm())
        return super().get_context_data(**kwargs)


def _sums(fates: list[Fate]) -> list[tuple[str, Any, int]]:
    """[(fate, its words, how many)] of those that there are."""
    return [(fate.value, FATES[fate], fates.count(fate)) for fate in Fate if fate in fates]


def _sums_of(times: dict[str, int]) -> list[tuple[str, Any, int]]:
    return [(fate.value, FATES[fate], times[fate]) for fate in Fate if times.get(fate)]


def _shown(planned: list[import_plan.Planned]) -> list[dict[str, Any]]:
    """The rows for the page: those that need a person first, then in the order of the file."""
    topics, places = Topic.objects.in_bulk(), Place.objects.in_bulk()
    order = [Fate.DOUBT, Fate.REFUSED, Fate.NEW, Fate.ADDS, Fate.KNOWN]
    return [
        {
            "number": one.row.number,
            "claim": one.row.claim,
            "topic": topics.get(one.row.incident.get("topic_id")),
            "place": places.get(one.row.incident.get("place_id")),
            "errors": one.row.errors,
            "fate": one.fate.value,
            "words": FATES[one.fate],
            "into": one.into,
            "candidates": one.candidates,
        }
        for one in sorted(planned, key=lambda one: (order.index(one.fate), one.row.number))
    ]


@permission_required(ADD)
def template_file(request: HttpRequest, form: str) -> HttpResponse:
    """The table to fill in, with the headings of the reader's language."""
    made = columns.template_xlsx() if form == "xlsx" else columns.template_csv()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" if form == "xlsx" else "text/csv"
    answer = HttpResponse(made, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="incidents.{form}"'
    return answer
