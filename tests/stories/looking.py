"""What a person would stumble over on a page that stands in a window, beyond what axe knows."""

PHONE, DESK = 360, 1280

# What axe sees differently on a wider page; the rest it would only find twice.
OF_WIDTH = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]

# Of a long list some rows are enough: the others are made of the same.
NOT_ALL_ROWS = {"exclude": [["tbody > tr:nth-child(n+7)"]]}

# Opened, because what is folded away is looked at by nobody, and people open it.
UNFOLD = "document.querySelectorAll('main details').forEach(details => { details.open = true; })"

SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

# A heading belongs to what follows, so there is more air above it than below. What lies beside it does not count.
CROWDED = """() => {
    const found = [];
    for (const heading of document.querySelectorAll('main h2, main h3')) {
        let spot = heading;
        while (spot && spot.tagName !== 'MAIN' && !spot.previousElementSibling) spot = spot.parentElement;
        const before = spot && spot.tagName !== 'MAIN' && spot.previousElementSibling;
        if (!before || /^(H1|H2|CAPTION|SUMMARY)$/.test(before.tagName)) continue;
        const [here, there] = [heading.getBoundingClientRect(), before.getBoundingClientRect()];
        const beside = there.right <= here.left || here.right <= there.left || there.height < 2;
        if (!beside && here.top - there.bottom < 20)
            found.push(`"${heading.textContent.trim()}" sticks to what stands above it`);
    }
    return found;
}"""

# Browsers call a required box invalid before anyone has typed, and a style sheet may make that red.
ACCUSING = """() => {
    const drawn = control => {
        const style = getComputedStyle(control);
        return [style.borderTopColor, style.borderTopWidth, style.backgroundColor].join();
    };
    return [...document.querySelectorAll('main :is(input, textarea, select):required:not([aria-invalid="true"])')]
        .filter(control => {
            const asked = drawn(control);
            control.required = false;
            const free = drawn(control);
            control.required = true;
            return asked !== free;
        }).map(control => `${control.name} looks wrong before anyone has typed`);
}"""


def barriers(page, axe, *, widths=(PHONE, DESK)):
    """What is wrong with the page of this moment at these widths, one sentence per finding."""
    page.evaluate(UNFOLD)
    found = page.evaluate(ACCUSING)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        told = page.evaluate(CROWDED) + axe(page, inside=NOT_ALL_ROWS, rules=None if width == widths[0] else OF_WIDTH)
        if page.evaluate(SIDEWAYS):
            told.append("scrolls sideways")
        found += [f"at {width}: {finding}" for finding in told]
    return found
