"""The office's clocks: how soon it answers what, when it works, and when an answer is looked at again."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from cms.clocks import Clocks, Days, Hours, Unreadable, WorkingCalendar, deadline

# What everybody has off, and on the same date each year. Those of the lunar calendar are entered year by year.
HOLIDAYS = "01/01 Tết Dương lịch\n30/04 Ngày Giải phóng miền Nam\n01/05 Ngày Quốc tế Lao động\n02/09 Quốc khánh"
ONE_A_LINE = _(
    "One a line: 02/09 for every year, 06/02/2027 for one, 05/02/2027 - 11/02/2027 for several in a row; then a name, if you like."
)
_HOURS = [MinValueValidator(1), MaxValueValidator(2000)]
# The names of the fields, in the order of Incident.Urgency.
_URGENCIES = ("critical", "high", "normal", "low")
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _notice(hours: int) -> Any:
    return models.PositiveSmallIntegerField(_("hours to the first notice"), default=hours, validators=_HOURS)


def _answer(hours: int) -> Any:
    return models.PositiveSmallIntegerField(_("hours to the answer"), default=hours, validators=_HOURS)


def _working(is_working: bool) -> Any:
    return models.BooleanField(_("only working hours count"), default=is_working)


@register_setting(icon="time", order=20)
class OfficeClocks(BaseGenericSetting):
    """One row, or none before somebody changed anything: then the defaults here hold."""

    critical_notice = _notice(2)
    critical_answer = _answer(24)
    critical_working = _working(False)
    high_notice = _notice(4)
    high_answer = _answer(24)
    high_working = _working(False)
    normal_notice = _notice(24)
    normal_answer = _answer(72)
    normal_working = _working(True)
    low_notice = _notice(40)
    low_answer = _answer(120)
    low_working = _working(True)

    monday = models.BooleanField(_("Monday"), default=True)
    tuesday = models.BooleanField(_("Tuesday"), default=True)
    wednesday = models.BooleanField(_("Wednesday"), default=True)
    thursday = models.BooleanField(_("Thursday"), default=True)
    friday = models.BooleanField(_("Friday"), default=True)
    saturday = models.BooleanField(_("Saturday"), default=False)
    sunday = models.BooleanField(_("Sunday"), default=False)
    morning_from = models.TimeField(_("morning from"), default=time(8))
    morning_to = models.TimeField(_("morning until"), default=time(12))
    afternoon_from = models.TimeField(_("afternoon from"), default=time(13))
    afternoon_to = models.TimeField(_("afternoon until"), default=time(17))
    holidays = models.TextField(_("public holidays"), default=HOLIDAYS, blank=True, help_text=ONE_A_LINE)
    worked_days = models.TextField(
        _("days worked instead"),
        blank=True,
        help_text=_("Saturdays and the like that are worked in exchange for a day off. Written as above."),
    )
    review_months = models.PositiveSmallIntegerField(
        _("months until an answer is looked at again"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
    )
    complaint_hours = models.PositiveSmallIntegerField(
        _("hours to decide about a complaint"),
        default=40,
        validators=_HOURS,
        help_text=_("What was promised to somebody who complained already stays as it is."),
    )
    complaint_working = _working(True)

    panels = [
        MultiFieldPanel(
            [
                HelpPanel(
                    content=_(
                        "How soon people hear that a claim is being verified, and how soon they get the answer. Open incidents get their new deadlines as soon as you save."
                    )
                ),
                *(
                    MultiFieldPanel(
                        [FieldRowPanel([FieldPanel(f"{name}_{part}") for part in ("notice", "answer", "working")])],
                        heading=heading,
                    )
                    for name, heading in zip(_URGENCIES, (_("Critical"), _("High"), _("Normal"), _("Low")), strict=True)
                ),
            ],
            heading=_("How soon"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel(day) for day in _WEEK[:4]]),
                FieldRowPanel([FieldPanel(day) for day in _WEEK[4:]]),
                FieldRowPanel([FieldPanel("morning_from"), FieldPanel("morning_to")]),
                FieldRowPanel([FieldPanel("afternoon_from"), FieldPanel("afternoon_to")]),
                FieldPanel("holidays"),
                FieldPanel("worked_days"),
            ],
            heading=_("Working hours"),
        ),
        MultiFieldPanel([FieldPanel("review_months")], heading=_("Looking again")),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("complaint_hours"), FieldPanel("complaint_working")])], heading=_("Complaints")
        ),
    ]

    class Meta:
        verbose_name = _("clocks of the office")
        verbose_name_plural = _("clocks of the office")

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        for name in ("holidays", "worked_days"):
            try:
                Days.read(getattr(self, name))
            except Unreadable as wrong:
                words = _("This line cannot be read: “%(line)s”. Write it as 02/09 or 06/02/2027.")
                errors[name] = words % {"line": wrong.line}
        for name in _URGENCIES:
            notice, answer = getattr(self, f"{name}_notice"), getattr(self, f"{name}_answer")
            if notice and answer and notice > answer:
                errors[f"{name}_notice"] = _("The first notice cannot be due after the answer.")
        times = [self.morning_from, self.morning_to, self.afternoon_from, self.afternoon_to]
        if None not in times and not (times[0] < times[1] <= times[2] < times[3]):
            errors["morning_from"] = _("The working hours must follow one another through the day.")
        if not any(getattr(self, day) for day in _WEEK):
            errors["monday"] = _("At least one day of the week must be worked.")
        if errors:
            raise ValidationError(errors)

    def clocks(self) -> Clocks:
        """As the pure core counts with them."""
        hours = {
            urgency: Hours(*(getattr(self, f"{name}_{part}") for part in ("notice", "answer", "working")))
            for urgency, name in enumerate(_URGENCIES, start=1)
        }
        calendar = WorkingCalendar(
            zone=timezone.get_default_timezone(),
            weekdays=frozenset(number for number, day in enumerate(_WEEK) if getattr(self, day)),
            parts=((self.morning_from, self.morning_to), (self.afternoon_from, self.afternoon_to)),
            off=Days.read(self.holidays),
            worked=Days.read(self.worked_days),
        )
        return Clocks(hours, calendar)

    def complaint_due(self, start: datetime) -> datetime:
        """By when a complaint that came at ``start`` is decided."""
        return deadline(start, self.complaint_hours, self.clocks().calendar if self.complaint_working else None)


def office_clocks() -> OfficeClocks:
    """What the office has set, or the defaults. Reads only: Wagtail's own way would write a row."""
    return OfficeClocks.objects.first() or OfficeClocks()
