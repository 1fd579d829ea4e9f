"""What Wagtail's own start template makes of an article: the peer of our uncached page. Nothing in it is ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

_MODELS = """
from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page


class ArticlePage(Page):
    date = models.DateField("Post date")
    intro = models.CharField(max_length=250)
    body = RichTextField(blank=True)
    content_panels = Page.content_panels + [FieldPanel("date"), FieldPanel("intro"), FieldPanel("body")]
"""
_TEMPLATE = """{% extends "base.html" %}
{% load wagtailcore_tags %}
{% block content %}
<h1>{{ page.title }}</h1>
<p>{{ page.date }}</p>
<div>{{ page.intro }}</div>
{{ page.body|richtext }}
<p><a href="{{ page.get_parent.url }}">Back</a></p>
{% endblock %}
"""
_MAKE = """
import datetime
from article.models import ArticlePage
from wagtail.models import Site
body = "<p>" + "Kết quả xét nghiệm 48 mẫu nước đều đạt chuẩn, không mẫu nào vượt ngưỡng. " * 24 + "</p>"
page = ArticlePage(title="Nước máy vẫn an toàn", slug="nuoc-may", date=datetime.date(2026, 11, 30), intro="Đạt chuẩn.", body=body)
Site.objects.get().root_page.add_child(instance=page)
print(page.url)
"""
_SETTINGS = """
from .base import *
DEBUG = False
SECRET_KEY = "only-for-this-measurement"
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS += ["article"]
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
"""


def make(folder: Path) -> tuple[dict[str, str], str]:
    """A project in ``folder``, migrated, with one article: (environment to serve ``stock.wsgi:application``, its path)."""
    binaries = Path(sys.executable).parent
    folder.mkdir()
    subprocess.run([binaries / "wagtail", "start", "stock", folder], check=True, stdout=subprocess.DEVNULL)
    (folder / "article" / "migrations").mkdir(parents=True)
    (folder / "article" / "templates" / "article").mkdir(parents=True)
    for name in ("__init__.py", "migrations/__init__.py"):
        (folder / "article" / name).write_text("")
    (folder / "article" / "models.py").write_text(_MODELS)
    (folder / "article" / "templates" / "article" / "article_page.html").write_text(_TEMPLATE)
    (folder / "stock" / "settings" / "measured.py").write_text(_SETTINGS)
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "DJANGO_SETTINGS_MODULE": "stock.settings.measured",
        "PYTHONPATH": str(folder),
    }
    for command in (["makemigrations", "article", "-v0"], ["migrate", "-v0"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=folder, env=environment, check=True)
    said = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", _MAKE],
        cwd=folder, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    # Whole or without its host, as it has one site or several; never the start page instead.
    path = urlsplit(said.stdout.strip().splitlines()[-1]).path
    assert path.strip("/"), said.stdout
    return environment, path
