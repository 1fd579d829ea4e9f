"""The report in the admin: to be looked at, taken as a workbook, and made into an official document."""

from __future__ import annotations

import math
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from cms.reports import document, workbook
from cms.reports.period import LONGEST, NAMED, Period, named
from cms.reports.sections import Chart, Link, Report, Section, Table, make
from cms.reports.wording import FILLED, LANGUAGE, TEXTS, ReportWording, wording
from cms.reports.writing import bare, change, head
from publishing.desk.base import DeskView
from publishing.desk.charts import Bars, Columns, bars, columns

MAKE = "cms.make_report"
EDIT_WORDING = "cms.change_reportwording"
USUAL = "last_month"
_WORDS_BELOW = 10  # a drawing


class PeriodForm(forms.Form):
    """``?period=last_month``, or ``?start=2026-11-01&end=2026-11-30``. Without anything: the last month."""

    start = forms.DateField(label=_("From"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    end = forms.DateField(label=_("To"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or {}
        start, end = asked.get("start"), asked.get("end")
        if start and end and end < start:
            self.add_error("end", _("The last day is before the first one."))
        elif start and end and end - start > LONGEST:
            self.add_error("end", _("At most three years are reported at once."))
        elif start and start.year < 2000:
            self.add_error("start", _("There is nothing to report from so long ago."))
        return asked


class _OfAPeriod(DeskView):
    """What the pages of a report share: which period is asked for."""

    allowed: ClassVar[tuple[str, ...]] = (MAKE,)
    header_icon = "doc-full"

    @cached_property
    def chosen(self) -> str:
        """The name of the period; empty if it is a free one."""
        asked = self.request.GET.get("period", "")
        if asked in NAMED:
            return asked
        return "" if {"start", "end"} & self.request.GET.keys() else USUAL

    @cached_property
    def form(self) -> PeriodForm:
        if not self.chosen:
            return PeriodForm(self.request.GET)
        period = named(self.chosen)
        return PeriodForm({"start": period.first.isoformat(), "end": period.last.isoformat()})

    @cached_property
    def period(self) -> Period:
        """The one asked for; the usual one where that cannot be read."""
        if not self.form.is_valid():
            return named(USUAL)
        return Period(self.form.cleaned_data["start"], self.form.cleaned_data["end"])

    def address(self, name: str) -> str:
        asked = {"start": self.period.first.isoformat(), "end": self.period.last.isoformat()}
        return f"{reverse(name)}?{urlencode({'period': self.chosen} if self.chosen else asked)}"

    def handed_out(self, content: bytes, content_type: str, ending: str) -> HttpResponse:
        """The file, after it was noted who made it."""
        first, last = self.period.first.isoformat(), self.period.last.isoformat()
        log(
            instance=self.request.user,
            action="cms.report",
            user=self.request.user,
            data={"report": f"{ending} {first} – {last}"},
        )
        answer = HttpResponse(content, content_type=content_type)
        answer["Content-Disposition"] = f'attachment; filename="report-{first}-{last}.{ending}"'
        answer["Cache-Control"] = "private, no-store"
        return answer


class ReportView(_OfAPeriod):
    """All figures of a period. POST hands out the workbook."""

    page_title = _("Periodical report")
    template_name = "desk/report.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.form.is_valid():
            return self.get(request)
        content = workbook.workbook(make(self.period), str(request.user))
        return self.handed_out(content, workbook.CONTENT_TYPE, "xlsx")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_valid = self.form.is_valid()
        report = make(self.period) if is_valid else None
        return super().get_context_data(
            form=self.form,
            period=self.period,
            before=self.period.before,
            named=[(key, label, f"{reverse('report')}?period={key}") for key, (label, _make) in NAMED.items()],
            chosen=self.chosen,
            here=self.address("report"),
            official=self.address("report_official"),
            sections=[self._shown(section) for section in report.sections] if report else [],
            **kwargs,
        )

    def _shown(self, section: Section) -> dict[str, Any]:
        """A section with its numbers written in the active language, and the lists that this person may open."""
        figures = [
            {
                "one": one,
                "label": head(one.label, one.unit),
                "value": bare(one.value, one.unit),
                "before": bare(one.before, one.unit),
                "change": change(one.change, one.unit),
                "url": self._url(one.link),
            }
            for one in section.figures
        ]
        return {"one": section, "figures": figures, "tables": [self._shown_table(table) for table in section.tables]}

    def _url(self, link: Link | None) -> str:
        return link.url if link and self.may(*link.needs) else ""

    def _shown_table(self, table: Table) -> dict[str, Any]:
        heads = [head(column.label, column.unit) for column in table.columns]
        units = [column.unit for column in table.columns]
        return {
            "one": table,
            "heads": heads,
            "rows": [
                {
                    "label": row.label,
                    "url": self._url(row.link),
                    "cells": zip(heads, map(bare, row.values, units), strict=True),
                }
                for row in table.rows
            ],
            "chart": _drawn(table),
            "is_upright": table.chart == Chart.COLUMNS,
            "is_narrow": len(heads) <= 2,
        }


def _drawn(table: Table) -> Bars | Columns | None:
    values = [(row.label, int(row.values[0] or 0)) for row in table.rows]
    if table.chart == Chart.BARS:
        return bars(values)
    if table.chart == Chart.COLUMNS:
        # Not more words below than there is room for; each has its row in the table.
        every = math.ceil(len(values) / _WORDS_BELOW)
        shown = [
            (label if number % every == every // 2 else "", value, False)
            for number, (label, value) in enumerate(values)
        ]
        return columns(shown)
    return None


class OfficialForm(forms.ModelForm):  # type: ignore[type-arg]
    """The words of this one report. Nothing here changes the templates."""

    class Meta:
        model = ReportWording
        fields = TEXTS
        widgets: ClassVar[dict[str, forms.Widget]] = {
            **{name: forms.Textarea({"rows": 5}) for name in FILLED},
            "subject": forms.Textarea({"rows": 2}),
            "closing": forms.Textarea({"rows": 2}),
            "recipients": forms.Textarea({"rows": 3}),
            "signer_title": forms.Textarea({"rows": 2}),
        }

    def _post_clean(self) -> None:
        """What is typed for one report is no template: brackets are brackets there."""


class OfficialView(_OfAPeriod):
    """The words of the official document, filled with the figures, for a person to read over. POST hands it out."""

    page_title = _("Official document")
    template_name = "desk/report_official.html"
    parents = ((_("Periodical report"), "report"),)

    @cached_property
    def report(self) -> Report:
        with translation.override(LANGUAGE):
            return make(self.period)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.form.is_valid():
            return self.redirected()
        return super().get(request, *args, **kwargs)

    def redirected(self) -> HttpResponse:
        return HttpResponse(status=302, headers={"Location": f"{reverse('report')}?{self.request.GET.urlencode()}"})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.form.is_valid():
            raise PermissionDenied
        texts = OfficialForm(request.POST)
        if not texts.is_valid():
            return self.render_to_response(self.get_context_data(texts=texts))
        content = document.document(self.report, texts.cleaned_data)
        return self.handed_out(content, document.CONTENT_TYPE, "docx")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        texts = kwargs.pop("texts", None) or OfficialForm(initial=wording().filled(self.report))
        return super().get_context_data(
            texts=texts,
            period=self.period,
            back=self.address("report"),
            here=self.address("report_official"),
            may_edit_wording=self.may(EDIT_WORDING),
            heading=gettext("Words of this report"),
            **kwargs,
        )
