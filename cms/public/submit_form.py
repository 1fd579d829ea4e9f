"""What the form for a submission asks, and how it says what is wrong."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.core.validators import validate_email
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from cms.incidents import Appearance, Place, names_an_account
from cms.sent_in import submitted_picture
from cms.sent_in.receive import tidy

# In the text such a link is covered; as the link of a submission it would be all there is.
ACCOUNT = _(
    "This link leads to somebody’s account, not to one post. We check what is said, not who said it: please give the link of the post itself, or leave this empty."
)


class NoLargerThanAllowed(FileUploadHandler):
    """Stops taking in a file beyond the allowed size, and lets the other fields through: no typed word is lost."""

    is_exceeded = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > submitted_picture.MOST_BYTES:
            self.is_exceeded = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class PictureField(forms.FileField):
    widget = forms.FileInput(attrs={"accept": submitted_picture.ACCEPT})

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        return submitted_picture.made_anew(file.file) if isinstance(file, UploadedFile) and file.file else None


class LinesField(forms.CharField):
    """Text whose lines end in one letter, as its length is counted in the browser, and not in two, as it is sent."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class SubmissionForm(forms.Form):
    """Text, link or picture, at least one; the rest may stay empty, except the consent."""

    text = LinesField(
        label=_("Message or claim"),
        help_text=_(
            "Copy it as you saw or heard it. Telephone and account numbers in it are partly covered when we keep it."
        ),
        required=False,
        max_length=5000,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    url = forms.URLField(
        label=_("Link"),
        help_text=_("Of the post or the page where you saw it."),
        required=False,
        max_length=600,
        assume_scheme="https",
        # Not type=url: browsers refuse there what people paste without https://, in words of their own.
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "none", "autocomplete": "off"}),
        error_messages={"invalid": _("This is not the address of a page. It looks like https://example.vn/a-page")},
    )
    picture = PictureField(
        label=_("Picture"),
        help_text=_("A screenshot or photo: JPEG, PNG or WebP, at most 10 MB. Only the people who check see it."),
        required=False,
        allow_empty_file=True,
    )
    seen_on = forms.ChoiceField(
        label=_("Where did you see it?"),
        required=False,
        choices=[("", _("you may leave this open")), *Appearance.Platform.choices],
    )
    place = forms.ModelChoiceField(
        label=_("Which place is it about?"),
        required=False,
        queryset=Place.objects.none(),
        empty_label=_("you may leave this open"),
    )
    contact = forms.CharField(
        label=_("How can we tell you the outcome?"),
        help_text=_("E-mail address or telephone number. You may leave this empty: your tracking code is enough."),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "email", "autocapitalize": "none"}),
    )
    consent = forms.BooleanField(
        label=_("I agree"),
        error_messages={"required": _("Please tick that you agree: without it we may keep nothing.")},
    )

    def __init__(self, *args: Any, is_picture_too_large: bool = False, **kwargs: Any) -> None:
        self.is_picture_too_large = is_picture_too_large
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        places = self.fields["place"]
        assert isinstance(places, forms.ModelChoiceField)
        places.queryset = Place.objects.all()

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if not url:
            return ""
        if names_an_account(url):
            raise ValidationError(ACCOUNT)
        return url

    def clean_contact(self) -> str:
        contact: str = self.cleaned_data["contact"]
        if not contact:
            return ""
        if "@" in contact:
            try:
                validate_email(contact)
            except ValidationError as wrong:
                raise ValidationError(_("This is not a complete e-mail address.")) from wrong
            return contact
        if not re.fullmatch(r"\+?\d{8,15}", re.sub(r"[\s.\-()]", "", contact)):
            raise ValidationError(_("Please give an e-mail address or a telephone number, or leave this empty."))
        return contact

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.is_picture_too_large and "picture" not in self.errors:
            self.add_error("picture", ValidationError(submitted_picture.TOO_LARGE))
        said = ("text", "url", "picture")
        if not any(values.get(name) for name in said) and not any(name in self.errors for name in said):
            self.add_error("text", ValidationError(_("Please write the message, give a link, or choose a picture.")))
        return values

    @cached_property
    def kept_text(self) -> str:
        """The text as it is kept."""
        return tidy(self.cleaned_data["text"])

    @property
    def was_masked(self) -> bool:
        return self.kept_text.count("•") > self.cleaned_data["text"].count("•")

    @property
    def problems(self) -> list[forms.BoundField]:
        """The fields with something wrong, in the order of the form."""
        return [field for field in self if field.errors]
