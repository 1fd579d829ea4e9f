"""What a campaign brought, on one page with charts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.campaign import Campaign
from campaigns.desk.base import SEE_WAVES, CampaignDeskView, Part, parts
from campaigns.effect import Effect, a_week
from campaigns.materials.forms import forms
from publishing.desk.charts import bars, columns
from publishing.desk.figures import LABELS, labelled
from publishing.figures import ADDED_UP


def _summary(campaign: Campaign) -> str:
    return gettext("Posts, downloads, quiz and reports, before and after")


parts.append(Part(_("Effect"), "campaigns_effect", "table", SEE_WAVES, _summary, order=90))


def form_name(key: str) -> str:
    """The form's name; its key, if the software has it no more."""
    return str(forms()[key].label) if key in forms() else key


class EffectView(CampaignDeskView):
    """Figures of one campaign in all its languages."""

    allowed = (SEE_WAVES,)
    page_title = _("Effect")
    header_icon = "table"
    template_name = "campaigns/desk/effect.html"
    url_name = "campaigns_effect"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        effect = Effect(self.campaign)
        page = gettext("The campaign's page")
        waves = [(str(one.of) if one.of else page, one) for one in effect.by_wave()]
        kinds = [(form_name(one.of) if one.of else page, one) for one in effect.by_form()]
        weeks = effect.weeks()
        downloads = effect.downloads()
        return super().get_context_data(
            columns=[LABELS[name] for name in ADDED_UP],
            waves=[_row(name, one) for name, one in waves],
            wave_chart=bars([(name, one.value("views")) for name, one in waves]),
            kinds=[_row(name, one) for name, one in kinds],
            kind_chart=bars([(name, one.value("views")) for name, one in kinds]),
            downloads=[{"name": form_name(one.material.kind), "one": one} for one in downloads],
            quiz=effect.quiz(),
            weeks=weeks,
            week_chart=columns([(f"{week.begins_on:%d/%m}", week.reports, week.number >= 0) for week in weeks]),
            before=a_week(week for week in weeks if week.number < 0),
            after=a_week(week for week in weeks if week.number >= 0),
            launched_on=effect.launched_on,
            **kwargs,
        )


def _row(name: str, one: Any) -> dict[str, Any]:
    return {"of": name, "posts": one.posts, "figures": labelled(list(one.figures.values()))}
