"""What a real service refuses to start with."""

import pytest

from config import PUBLISHED_KEY, SettingsWrong, from_environment

SOUND = {
    "SECRET_KEY": "k" * 40,
    "PUBLIC_URL": "https://stage.example.nl",
    "SMTP_URL": "smtp://mail.example.nl?tls=starttls",
}


def test_a_real_service_starts_with_sound_settings_and_is_never_a_demo_by_itself():
    assert not from_environment(SOUND).is_demo


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", PUBLISHED_KEY),
        ("PUBLIC_URL", ""),
        ("PUBLIC_URL", "http://stage.example.nl"),
        ("SMTP_URL", ""),
        ("SMTP_URL", "smtp://mail.example.nl?tls=none"),
        ("METRICS_TOKEN", "guessable"),
        ("STAGEMAKELAAR_CLOCK", "2027-02-03T10:00:00+01:00"),
        ("FLASK_DEBUG", "1"),
        ("STAGEMAKELAAR_ENV", "test"),
    ],
)
def test_an_unsafe_setting_is_named_without_its_value(name, value):
    with pytest.raises(SettingsWrong, match=name) as refused:
        from_environment(SOUND | {name: value})
    assert len(value) < 5 or value not in str(refused.value)
