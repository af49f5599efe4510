#!/usr/bin/env python3
"""Writes the reference pages beside this file from the comments of the headers that outsiders compile against.

usage: generate.py          writes them
       generate.py --check  says which are not up to date, and how to mend that; exit code 1
"""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PAGES = {"embed.md": ("vm/include/skua/embed.h", "Hosts: [embedding.md](../embedding.md) is the tutorial."),
         "native.md": ("vm/include/skua/native.h", "Natives and plugins.")}
# A table of functions, whose members are documented one by one.
TABLES = ("struct SkApi {",)
SECTION = re.compile(r"^-- (.+?)\s*-+$")


def comment_text(lines):
    """A comment without its stars."""
    text = "\n".join(lines).strip()
    text = re.sub(r"^/\*+ ?|\s*\*/$", "", text)
    return [re.sub(r"^\s*\* ?", "", line).rstrip() if i else line.rstrip() for i, line in enumerate(text.split("\n"))]


def as_markdown(lines, level):
    """Headings for sections; indented lines stay code; names of functions and types are left as they are."""
    out, inside = [], False
    for line in lines:
        section = SECTION.match(line)
        code = line.startswith("    ") and not section
        if code != inside and line:
            if code:
                out.append("```c")
            else:
                while not out[-1]:
                    out.pop()
                out += ["```", ""]
            inside = code
        if section:
            out += [f"{'#' * level} {section[1]}", ""]
        else:
            out.append(line[4:] if code else re.sub(r"([<*])(?=\S)", r"\\\1", line))
    if inside:
        while not out[-1]:
            out.pop()
        out.append("```")
    return out


def name_of(code):
    function = re.search(r"(?:\(\*(\w+)\)|(\w+))\(", code)
    made = re.search(r"}\s*(\w+);", code) or re.search(r"^(?:struct|enum) (\w+)", code) or re.search(r"^#define (\w+)", code)
    if "{" in code and made:
        return made[1]
    if code.startswith("#define"):
        return made[1]
    if function:
        return function[1] or function[2]
    return re.search(r"(\w+);", code)[1]


def declarations(lines):
    """(kind, text): section, text of a comment alone, declaration with its comment."""
    at, pending = 0, []
    while at < len(lines):
        line = lines[at]
        if line.startswith("/*"):
            end = at
            while "*/" not in lines[end]:
                end += 1
            text = comment_text(lines[at:end + 1])
            at = end + 1
            section = SECTION.match(text[0])
            if section:
                yield "section", section[1], text[1:]
            else:
                pending = text
        elif not line.strip() or line.startswith(("#", "extern \"C\"")) and not line.startswith("#define SK"):
            at += 1
        else:
            end, code = at, ""
            while True:
                code += lines[end] + "\n"
                plain = re.sub(r"/\*.*?\*/", "", code, flags=re.S)
                if line.startswith("#define") and not lines[end].endswith("\\") or \
                        not line.startswith("#define") and "/*" not in plain and plain.count("{") == plain.count("}") and \
                        re.search(r"[;}]\s*$", plain):
                    break
                end += 1
            at = end + 1
            if re.match(r"#define \w+\(", code):
                continue  # for what follows, and so is the comment
            while at < len(lines) and code.count("/*") > code.count("*/"):
                code += lines[at] + "\n"
                at += 1
            yield "declaration", code.rstrip(), pending
            pending = []


def show(code, comment, out, level):
    if code.startswith("static inline"):
        code = code[:code.index(" {")] + ";"
    trailing = re.search(r"(?<=[;])\s*/\*(.*?)\*/$", code, re.S) if "{" not in code else None
    if trailing and not comment:
        comment = comment_text(["/*" + trailing[1] + "*/"])
        code = code[:trailing.start()]
    code = re.sub(r"^SK_EXPORT ", "", code)
    out += [f"{'#' * level} {name_of(code)}", "", "```c", *code.split("\n"), "```", ""]
    out += as_markdown(comment, level + 1) + [""] if comment else []


def page(header, what):
    with open(os.path.join(ROOT, header), encoding="utf-8") as file:
        text = file.read()
    first, rest = text.split("*/", 1)
    intro = comment_text((first + "*/").split("\n"))
    rest = re.sub(r"^#if(?!def __cplusplus).*?^#endif$", "", rest, flags=re.M | re.S)
    rest = re.sub(r"^#ifdef __cplusplus.*?^#endif$", "", rest, flags=re.M | re.S)
    rest = rest.replace("#define " + os.path.basename(header).replace(".", "_").upper(), "")
    shown = header.split("include/")[1]
    out = [f"# {shown}", "", f"{what} Made from the header by docs/reference/generate.py.", ""]
    out += as_markdown(intro, 2) + [""]
    for kind, text_or_title, comment in declarations(rest.split("\n")):
        if kind == "section":
            out += [f"## {text_or_title[0].upper()}{text_or_title[1:]}", "", *as_markdown(comment, 3), ""]
        elif text_or_title.split("\n")[0] in TABLES:
            out += as_markdown(comment, 3) + [""]
            inner = [line[4:] for line in text_or_title.split("\n")[1:-1]]
            for inner_kind, code, about in declarations(inner):
                if inner_kind == "section":
                    out += [f"## {code[0].upper()}{code[1:]}", "", *as_markdown(about, 3), ""]
                else:
                    show(code, about, out, 3)
        else:
            show(text_or_title, comment, out, 3)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(out)).rstrip() + "\n"


def main():
    stale = []
    for name, (header, what) in PAGES.items():
        path, made = os.path.join(HERE, name), page(header, what)
        old = ""
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                old = file.read()
        if old == made:
            continue
        stale.append(f"docs/reference/{name}")
        if "--check" not in sys.argv:
            with open(path, "w", encoding="utf-8") as file:
                file.write(made)
    if stale and "--check" in sys.argv:
        sys.exit(f"not what the headers say: {', '.join(stale)}; run docs/reference/generate.py")
    print(", ".join(stale) + ": written" if stale else "the reference is what the headers say")


main()
