"""Forms of the pages, filled in as a person would who keeps what stands there and fills in whatever is empty."""

import itertools

WORDS = "Dat spraken we zqafs af."  # a word that stands nowhere else
DAYS = {
    "held_on": "2027-02-03", "starts_on": "2027-03-01", "ends_on": "2027-06-30", "valid_from": "2027-01-01",
    "valid_until": "2029-12-31", "withdrawn_on": "2027-02-01", "birth_date": "2008-03-14",
    "searching_since": "2027-01-04",
}  # fmt: skip
LATER = "2027-02-10"
TEXTS = {
    "kvk_number": "90000001", "branch_number": "000090000001", "postcode": "1315 AB", "phone": "06 12345678",
    "course": "25180", "code": "25960", "city": "Almere", "house_number": "1", "website": "https://zon.example",
    "proof": "s-bb.nl", "name": "Sam zqnam", "contact_name": "Sam zqcon", "trainer_name": "Sam zqtra",
}  # fmt: skip
_numbers = itertools.count(1)


def form_at(world, who, page, path):
    """The form on a page that goes to an address, or None."""
    answer = world.ask(who, "GET", page)
    for form in answer.soup.find_all("form", method="post") if answer.kind.startswith("text/html") else ():
        if (form.get("action") or page).partition("?")[0] == path:
            return form
    return None


def filled_in(form):
    """What a form would send: name → value, or a list of several."""
    values = {}
    for control in form.find_all(["input", "textarea", "select"]):
        name, kind = control.get("name"), control.get("type", control.name)
        if not name or kind in ("submit", "button", "file") or name == "csrf_token":
            continue
        if kind in ("radio", "checkbox"):
            group = form.find_all("input", attrs={"name": name})
            chosen = [one for one in group if one.has_attr("checked") and one.get("value")]
            usable = [one for one in group if one.get("value")]
            if chosen or (kind == "radio" or len(group) > 1):
                values[name] = [one["value"] for one in chosen or usable[:1]]
            continue
        values[name] = _value(control, name, kind)
    return values


def _value(control, name, kind):
    if control.name == "select":
        options = control.find_all("option")
        chosen = [one["value"] for one in options if one.has_attr("selected") and one.get("value")]
        return chosen or [one["value"] for one in options if one.get("value")][:1]
    stands = control.get_text().strip() if control.name == "textarea" else control.get("value", "")
    if stands or kind == "hidden":
        return stands
    if name in DAYS or name.endswith(("_on", "until")):
        return DAYS.get(name, LATER)
    if "email" in name:
        return f"iemand{next(_numbers)}@school.example"
    if kind == "number" or (control.get("inputmode") == "numeric" and name not in TEXTS):
        return control.get("min") or "1"
    return TEXTS.get(name, WORDS)
