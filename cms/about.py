"""Who runs the site and how to reach them: set once by an administrator, shown in many places."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from cms.page_cache.parts import shared
from publishing.models import Organisation


@register_setting(icon="home", order=10)
class AboutSite(BaseSiteSetting):
    """The office that answers for the whole site."""

    office = models.ForeignKey(
        Organisation,
        verbose_name=_("office that runs the site"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"is_office": True},
    )
    address = models.CharField(_("postal address"), max_length=250, blank=True)
    email = models.EmailField(_("public e-mail address"), blank=True)
    phone = models.CharField(_("public telephone number"), max_length=40, blank=True)
    logo = models.ForeignKey(
        "cms.Picture",
        verbose_name=_("sign of the office"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("A picture, best square and at least 200 pixels wide. It stands beside the name of the site."),
    )
    complaints_to = models.CharField(
        _("complaints go to"),
        max_length=250,
        blank=True,
        help_text=_("The body above the office to which a complaint can be taken, with its address."),
    )

    select_related = ["office", "logo"]
    panels = [
        FieldPanel("office"),
        FieldPanel("logo"),
        MultiFieldPanel(
            [FieldPanel("address"), FieldPanel("email"), FieldPanel("phone"), FieldPanel("complaints_to")],
            heading=_("Contact"),
        ),
    ]

    class Meta:
        verbose_name = _("about this site")
        verbose_name_plural = _("about this site")


def about_site() -> AboutSite | None:
    """What somebody has set, with its office; None before that. Reads only: Wagtail's own way would write a row for a
    reader."""
    return shared("about site", _about_site)


def _about_site() -> AboutSite | None:
    return AboutSite.objects.select_related("office", "logo").filter(site__is_default_site=True).first()
