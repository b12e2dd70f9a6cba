"""Blog entries, built by Hugo and by Jekyll: whatever an entry holds, its page has it to read, and nothing of it runs.

usage: blog.py FOLDER: what the example `published` of desk-advisory writes.
"""

import html.parser
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from counting import attempt, check, end

SECRET = "what only the builder knows"
# Of the builders' own: quotes and dashes are set as printers set them, and code in a line is code.
AS_TYPED = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "--", "…": "..."})

JEKYLL = {
    "_config.yml": f'title: A blog\nsecret: "{SECRET}"\nfuture: true\ndefaults: [{{scope: {{path: ""}}, values: {{layout: post}}}}]\n',
    "_includes/secret.html": SECRET,
    "_layouts/post.html": """<title>{{ page.title | escape }}</title><h1>{{ page.title | escape }}</h1>
<p class="when">{{ page.date | date: "%F" }} {{ page.lastmod | date: "%F" }}</p>
<ul>{% for range in page.ranges %}<li class="range">{{ range.line }} {{ range.affected | escape }} {{ range.patched }}</li>{% endfor %}</ul>
<p class="more">{{ page.tags | join: " " }} {{ page.severity }} {{ page.ids | join: " " }} {{ page.references | join: " " }}</p>
<main>{{ content }}</main>""",
    "index.html": "---\n---\n{% for post in site.posts %}<p>{{ post.excerpt }}</p>{% endfor %}",
}
HUGO = {
    "config.toml": f'baseURL = "https://blog.example.org/"\n[params]\nsecret = "{SECRET}"\n',
    "layouts/shortcodes/secret.html": SECRET,
    "layouts/_default/single.html": """<title>{{ .Title }}</title><h1>{{ .Title }}</h1>
<p class="when">{{ .Date.Format "2006-01-02" }} {{ .Lastmod.Format "2006-01-02" }}</p>
<ul>{{ range .Params.ranges }}<li class="range">{{ .line }} {{ .affected }} {{ .patched }}</li>{{ end }}</ul>
<p class="more">{{ delimit .Params.tags " " }} {{ .Params.severity }} {{ delimit .Params.ids " " }} {{ delimit .Params.references " " }}</p>
<main>{{ .Content }}</main>""",
    "layouts/_default/list.html": "{{ range .Pages }}<p>{{ .Summary }}</p>{{ end }}",
}


class Page(html.parser.HTMLParser):
    """The words of a page as they are read, and the tags that it has."""

    def __init__(self, text):
        super().__init__()
        self.words, self.tags = [], set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag in ("p", "li", "br", "h1", "td", "pre"):
            self.words.append(" ")

    def handle_data(self, data):
        self.words.append(data)


def alike(text):
    return re.sub(r"\s+", " ", text.translate(AS_TYPED)).strip()


def put(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def built(command):
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(run.stdout + run.stderr)


def jekyll(folder, entries, without=""):
    """`without` is a line of their heads that a version of Jekyll does not know."""
    put(folder, JEKYLL)
    put(folder / "_posts", {name: text.replace(without, "", 1) for name, text in entries.items()})
    built(["jekyll", "build", "--source", folder, "--destination", folder / "_site", "--disable-disk-cache", "--quiet"])
    return folder / "_site"


def hugo(folder, entries):
    put(folder, HUGO)
    put(folder / "content" / "posts", entries)
    built(["hugo", "--source", folder, "--destination", folder / "public", "--buildFuture", "--quiet"])
    return folder / "public"


def entry(name, site, expected):
    """The page of an entry, wherever the builder puts it, says everything that the entry does."""
    of_it = Path(expected["key"]).stem
    pages = [path for path in site.rglob("*.html") if of_it.split("-", 3)[3].lower() in str(path.relative_to(site)).lower()]
    if len(pages) != 1:
        check(f"{name}: {of_it} has one page", [str(pages)])
        return
    raw = pages[0].read_text()
    page = Page(raw)
    said = alike("".join(page.words))
    lost = [words for words in [expected["title"], *expected["words"], *expected["ranges"]] if alike(words) not in said]
    day = "-".join(of_it.split("-")[:3])
    lost += [f"{day} {expected['lastmod']}"] if f"{day} {expected['lastmod']}" not in said else []
    check(f"{name}: {of_it}: all of it is read", [f"lost: {words}" for words in lost] + ([said] if lost else []))
    # An entry has no such tags; a builder has run something, or let it run in a browser.
    odd = page.tags & {"script", "iframe", "style", "object", "math", "abbr"}
    check(f"{name}: {of_it}: nothing of it runs", [f"has {odd}"] if odd else [])


def main():
    folder = Path(sys.argv[1])
    expected = json.loads((folder / "read.json").read_text())
    entries = {Path(one["key"]).name: (folder / one["key"]).read_text() for one in expected}
    builders = {
        "Hugo": hugo,
        "Jekyll": jekyll,
        # What Jekyll's third version does, which GitHub's pages are built by: it looks for Liquid in every entry.
        "Jekyll that asks for no permission": lambda at, entries: jekyll(at, entries, "render_with_liquid: false\n"),
    }
    for name, build in builders.items():
        place = Path(tempfile.mkdtemp())
        site = attempt(f"{name}: builds", build, place, entries)
        if site:
            for one in expected:
                entry(name, site, one)
            told = [str(path) for path in site.rglob("*") if path.is_file() and SECRET in path.read_text()]
            check(f"{name}: nothing that it knows is told", told)
        shutil.rmtree(place)
    return end()


if __name__ == "__main__":
    sys.exit(main())
