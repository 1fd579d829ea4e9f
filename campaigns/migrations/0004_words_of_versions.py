"""A version keeps the words it was drawn from."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("campaigns", "0003_taxonomy")]

    operations = [
        migrations.AddField(
            model_name="materialversion",
            name="words",
            field=models.JSONField(default=dict),
        ),
    ]
