"""The words of the official report, which the office edits, with places for figures in curly brackets."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, Panel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from cms.reports.period import named
from cms.reports.sections import Report, make
from cms.reports.writing import with_unit
from publishing.models import Organisation

# Official reports are written in it, whatever language the desk is read in.
LANGUAGE = "vi"
_PLACE = re.compile(r"\{([a-z0-9_]+)\}")

# Fields with places for figures; the others are taken as they are.
FILLED = ("subject", "introduction", "assessment", "tasks", "closing")
TEXTS = (
    *("superior", "issuer", "code", "place_name", *FILLED),
    *("recipients", "signer_title", "signer_name"),
)

_SUBJECT = "Kết quả tiếp nhận, xác minh và trả lời thông tin sai sự thật, lừa đảo trực tuyến {period}"
_INTRODUCTION = (
    "Thực hiện nhiệm vụ được giao về tiếp nhận, xác minh và công bố kết quả xác minh thông tin sai sự thật, "
    "lừa đảo trực tuyến, {office} báo cáo kết quả {period} (từ ngày {from} đến ngày {to}) như sau:"
)
_ASSESSMENT = (
    "Trong kỳ đã đăng ký {incidents} sự việc, đăng câu trả lời đầu tiên cho {answered} sự việc; tỷ lệ trả lời đúng hạn là "
    "{answer_in_time}. Đến hết kỳ còn {open} sự việc đang xác minh, trong đó {late} sự việc quá hạn.\n"
    "Đã đăng {answers} bài trả lời, phát {posts} lượt tin trên các kênh chính thức; thực hiện {corrections} lượt đính chính và "
    "{retractions} lượt rút bài. Người dân gửi {submissions} đề nghị xác minh."
)
_TASKS = (
    "Tiếp tục tiếp nhận, xác minh và trả lời kịp thời các thông tin sai sự thật, lừa đảo trực tuyến trên địa bàn.\n"
    "Ưu tiên xử lý các sự việc còn quá hạn.\n"
    "Tăng cường tuyên truyền, hướng dẫn người dân nhận biết thủ đoạn lừa đảo."
)
_CLOSING = "Trên đây là báo cáo {period}. {office} trân trọng báo cáo./."
_RECIPIENTS = "Như trên;\nLãnh đạo cơ quan;\nLưu: VT."


def _has_places(label: Any, default: str) -> Any:
    return models.TextField(label, max_length=4000, default=default, blank=True)


class PlacesPanel(Panel):
    """Which places for figures there are."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "desk/report_places.html"

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            return {**super().get_context_data(parent_context), "places": places()}


@register_setting(icon="doc-full", order=30)
class ReportWording(BaseGenericSetting):
    """One row, or none before somebody changed anything: then the defaults here hold."""

    superior = models.CharField(
        _("superior body"),
        max_length=120,
        default="ỦY BAN NHÂN DÂN TỈNH …",
        help_text=_("At the top left, above the own name."),
    )
    issuer = models.CharField(
        _("issuing body"),
        max_length=160,
        blank=True,
        help_text=_("At the top left, in bold. Empty: the name of the office, if there is only one."),
    )
    code = models.CharField(
        _("letters after the number"),
        max_length=30,
        default="BC",
        help_text=_("The number is added by the clerk: Số: …/BC-TTTT"),
    )
    place_name = models.CharField(_("place of issue"), max_length=60, default="…")
    subject = _has_places(_("subject"), _SUBJECT)
    introduction = _has_places(_("introduction"), _INTRODUCTION)
    assessment = _has_places(_("assessment"), _ASSESSMENT)
    tasks = _has_places(_("tasks ahead"), _TASKS)
    closing = _has_places(_("closing"), _CLOSING)
    recipients = models.TextField(
        _("recipients"),
        max_length=1000,
        default=_RECIPIENTS,
        help_text=_("One a line, as they stand below “Nơi nhận”."),
    )
    signer_title = models.TextField(
        _("signer's title"),
        max_length=200,
        default="GIÁM ĐỐC",
        help_text=_("As it is printed, e.g. KT. GIÁM ĐỐC and below it PHÓ GIÁM ĐỐC."),
    )
    signer_name = models.CharField(_("signer's name"), max_length=80, blank=True)

    panels = [
        PlacesPanel(heading=_("Places for figures")),
        MultiFieldPanel(
            [
                FieldPanel("superior"),
                FieldPanel("issuer"),
                FieldRowPanel([FieldPanel("code"), FieldPanel("place_name")]),
            ],
            heading=_("Head"),
        ),
        MultiFieldPanel([FieldPanel(name) for name in FILLED], heading=_("Text")),
        MultiFieldPanel(
            [FieldPanel("signer_title"), FieldPanel("signer_name"), FieldPanel("recipients")], heading=_("Foot")
        ),
    ]

    class Meta:
        verbose_name = _("wording of the official report")
        verbose_name_plural = _("wordings of the official report")
        permissions = [("make_report", _("Can make periodical reports"))]

    def clean(self) -> None:
        known = set(places())
        errors = {name: words for name in FILLED if (words := fault(getattr(self, name), known))}
        if errors:
            raise ValidationError(errors)

    def filled(self, report: Report) -> dict[str, str]:
        """Every text of one report, ready to be read over: {name of the field: text}."""
        texts = {name: str(getattr(self, name)) for name in TEXTS}
        texts["issuer"] = self.issuer or _only_office() or "…"
        values = values_of(report) | {"office": _in_a_sentence(texts["issuer"])}
        for name in FILLED:
            texts[name] = fill(texts[name], values)
        return texts


def wording() -> ReportWording:
    """What the office has set, or the defaults. Reads only: Wagtail's own way would write a row."""
    return ReportWording.objects.first() or ReportWording()


def _only_office() -> str:
    names = list(Organisation.objects.filter(is_office=True).values_list("name", flat=True)[:2])
    return names[0] if len(names) == 1 else ""


def _in_a_sentence(name: str) -> str:
    """A name in capitals would shout within a sentence; nobody can tell which letters stay, so the office's own is used."""
    return _only_office() or name if name.isupper() else name


def places() -> dict[str, str]:
    """{name of a place: what stands there}, in the active language."""
    report = make(named("last_month"))
    return {
        "from": gettext("first day of the period"),
        "to": gettext("last day of the period"),
        "period": gettext("name of the period"),
        "before": gettext("name of the period before"),
        "office": gettext("name of the issuing body"),
        **{key: figure.label for key, figure in report.figures.items()},
    }


def values_of(report: Report) -> dict[str, str]:
    """What stands in each place, in Vietnamese."""
    with translation.override(LANGUAGE):
        return {
            "from": f"{report.period.first:%d/%m/%Y}",
            "to": f"{report.period.last:%d/%m/%Y}",
            "period": str(report.period),
            "before": str(report.before),
            **{key: with_unit(one.value, one.unit) for key, one in report.figures.items()},
        }


def fault(text: str, known: set[str]) -> str:
    """What an editor has to mend before the text can be filled, in words; empty if nothing."""
    for name in _PLACE.findall(text):
        if name not in known:
            return gettext("There is no place {%(name)s}. Those that there are stand above.") % {"name": name}
    if "{" in (rest := _PLACE.sub("", text)) or "}" in rest:
        near = rest[max(0, re.search(r"[{}]", rest).start() - 15) :][:40]  # type: ignore[union-attr]
        words = gettext("A curly bracket does not belong to any place, near “%(near)s”. Places look like {incidents}.")
        return words % {"near": near.strip()}
    return ""


def fill(text: str, values: dict[str, str]) -> str:
    """A place that is not known any more stays as it is, for the person who reads it over."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)


def today_in_words(place: str) -> str:
    """“Ánh Dương, ngày … tháng 12 năm 2026”: the clerk adds the day when it is signed."""
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    return f"{place}, ngày … tháng {today:%m} năm {today:%Y}"
