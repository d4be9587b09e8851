"""What a person would stumble over on a page that stands in a window, beyond what axe knows."""

PHONE, DESK = 360, 1280

# What axe sees differently on a wider page; the rest it would only find twice.
OF_WIDTH = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]

# Of a long list some rows are enough: the others are made of the same.
NOT_ALL_ROWS = {"exclude": [["tbody > tr:nth-child(n+7)"]]}

# Opened, because what is folded away is looked at by nobody, and people open it.
UNFOLD = "document.querySelectorAll('main details').forEach(details => { details.open = true; })"

# How a page is built: its elements with what axe goes by, without words and numbers; of siblings that are alike, one.
BUILD = r"""() => {
    const words = /^(aria-label|title|alt|placeholder)$/;
    const beside = /^(action|value|content|src|datetime|data-.*)$/;
    const build = element => {
        const told = [...element.attributes]
            .filter(({name}) => !beside.test(name) && (name !== 'href' || element.tagName === 'LINK'))
            .map(({name, value}) => `${name}=${words.test(name) ? value !== '' : value.replace(/\d+/g, '0')}`);
        const says = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
        const parts = [...element.children].map(build).filter((part, at, all) => part !== all[at - 1]);
        return `<${element.tagName} ${told.sort().join(' ')}>${says ? 'words' : ''}${parts.join('')}</>`;
    };
    return build(document.documentElement);
}"""

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


def barriers(page, axe, *, widths=(PHONE, DESK), seen=None):
    """What is wrong with the page of this moment at these widths, one sentence per finding.

    `seen` remembers how pages were built: axe looks only once at pages that differ in words and numbers alone. Words
    that make a page too wide or too crowded are looked for on every page.
    """
    page.evaluate(UNFOLD)
    found = page.evaluate(ACCUSING)
    build = page.evaluate(BUILD)
    for width in widths:
        rules = None if width == widths[0] else OF_WIDTH
        page.set_viewport_size({"width": width, "height": 900})
        told = page.evaluate(CROWDED)
        if seen is None or (width, build) not in seen:
            told += axe(page, inside=NOT_ALL_ROWS, rules=rules)
        if seen is not None:
            seen.add((width, build))
        if page.evaluate(SIDEWAYS):
            told.append("scrolls sideways")
        found += [f"at {width}: {finding}" for finding in told]
    return found
