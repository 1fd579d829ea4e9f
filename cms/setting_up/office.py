"""First step: the office that signs the answers, how to reach it, and its sign."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.images.fields import WagtailImageField
from wagtail.log_actions import log
from wagtail.models import Site

from cms.about import AboutSite, about_site
from cms.images import Picture
from cms.setting_up.desk import StepView
from cms.setting_up.steps import ALLOWED
from cms.translation.languages import name_of
from publishing.desk.channel_forms import AddressField
from publishing.models import Organisation

_OF_ABOUT = ("address", "email", "phone", "complaints_to")


class OfficeForm(forms.Form):
    """One office; more are added under Organisations."""

    name = forms.CharField(
        label=_("Full name of the office"),
        max_length=200,
        help_text=_("As it signs official letters. Every answer and every post stands under this name."),
    )
    short_name = forms.CharField(label=_("Short name"), max_length=60, required=False)
    website = AddressField(label=_("Website"), required=False)
    address = forms.CharField(label=_("Postal address"), max_length=250, required=False)
    email = forms.EmailField(label=_("Public e-mail address"), required=False)
    phone = forms.CharField(label=_("Public telephone number"), max_length=40, required=False)
    complaints_to = forms.CharField(
        label=_("Complaints go to"),
        max_length=250,
        required=False,
        help_text=_("The body above the office to which a complaint can be taken, with its address."),
    )
    logo = WagtailImageField(
        label=_("Sign of the office"),
        required=False,
        help_text=_("A picture, best square and at least 200 pixels wide. It stands beside the name of the site."),
    )

    def __init__(self, *args: Any, office: Organisation | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.office = office

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        others = Organisation.objects.filter(name=name)
        if self.office:
            others = others.exclude(pk=self.office.pk)
        if others.exists():
            raise forms.ValidationError(_("There is another organisation of this name."))
        return name


class OfficeView(StepView):
    key = "office"
    allowed = (ALLOWED,)
    page_title = _("The office")
    template_name = "desk/set_up_office.html"

    def _known(self) -> tuple[AboutSite | None, Organisation | None]:
        about = about_site()
        office = about.office if about else None
        return about, office or Organisation.objects.filter(is_office=True).order_by("pk").first()

    def form(self) -> OfficeForm:
        about, office = self._known()
        initial = {name: getattr(about, name) for name in _OF_ABOUT} if about else {}
        if office:
            initial |= {"name": office.name, "short_name": office.short_name, "website": office.website}
        posted = (self.request.POST, self.request.FILES) if self.request.method == "POST" else ()
        return OfficeForm(*posted, office=office, initial=initial)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about, _office = self._known()
        return super().get_context_data(
            site_name=settings.WAGTAIL_SITE_NAME,
            site_language=name_of(settings.LANGUAGE_CODE),
            base_url=settings.BASE_URL,
            logo=about.logo if about else None,
            **kwargs,
        )

    @transaction.atomic
    def saved(self, form: OfficeForm) -> HttpResponse | None:
        given, office = form.cleaned_data, form.office or Organisation(is_office=True)
        action = "wagtail.edit" if office.pk else "wagtail.create"
        office.name, office.short_name, office.website = given["name"], given["short_name"], given["website"]
        office.save()
        log(instance=office, action=action, user=self.request.user)
        about = AboutSite.for_site(Site.objects.get(is_default_site=True))
        about.office = office
        for name in _OF_ABOUT:
            setattr(about, name, given[name])
        if given["logo"]:
            about.logo = Picture.objects.create(
                title=office.name, description=office.name, file=given["logo"], uploaded_by_user=self.request.user
            )
        about.save()
        log(instance=about, action="wagtail.edit", user=self.request.user)
        return None
