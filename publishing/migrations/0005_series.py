"""Stories that belong together are found by their series."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("publishing", "0004_queue")]

    operations = [
        migrations.AddField("storyversion", "series", models.CharField(blank=True, max_length=120, default=""), False),
        migrations.AddField("storyversion", "series_name", models.CharField(blank=True, max_length=300, default=""), False),
        migrations.AddIndex(
            "storyversion",
            models.Index(condition=models.Q(("series", ""), _negated=True), fields=["series"], name="story_version_series"),
        ),
    ]
