"""What we say: incidents, answers with evidence, their approval, and the public site. Also the Django project."""

from cms.celery import app as celery_app

__all__ = ["celery_app"]
