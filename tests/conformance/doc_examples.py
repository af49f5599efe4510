#!/usr/bin/env python3
"""Compiles and runs the examples in the library's documentation comments.

A comment `/// Text. Example: `code`` holds one or several statements, or declarations. Where `   // text` follows the code
inside of the quotes, the text of the last expression must be that. What the code uses without declaring it comes from
doc_examples/MODULE.context: lines at its beginning stand before the example, and those behind a line `//@ TYPE TYPE...` at
the beginning of the function around it, for examples of members of these types (`*`: all; `fn`: of the module's functions).
`//@ compile TEXT` names examples, by a part of their code, that are compiled but not run. A module without such a file is
compiled without context.

    doc_examples.py --bin build/release/bin --library stdlib/skua [MODULE...]
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
DECLARATION = re.compile(r"(pub |open |abstract )*(class|struct|enum|interface|extend|fn|import|native|test)\b")


class Example:
    """A piece of code, where it stands, and what it gives."""

    def __init__(self, module, owner, line, code):
        self.module, self.owner, self.line = module, owner, line
        code, _, result = code.partition("   // ")
        self.code, self.result = code.strip(), result.strip()
        self.name = f"{module.replace('.', '_')}_{line}"
        self.runs = True


def find_examples(module, text):
    """The examples of a module, with the type whose member they document, or `fn`; and what has none."""
    owner, pending, is_public, is_type, open_parentheses = "fn", [], False, False, 0
    examples, missing = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if comment := re.match(r" *///(.*)", line):
            if example := re.search(r"Example: (`.*)", comment.group(1)):
                pending += [(number, code) for code in re.findall(r"`([^`]+)`", example.group(1))]
            continue
        if head := re.match(r"(?:pub |open |abstract )*(?:class|struct|enum|interface|extend)(?:<.*?>)? +(\[?[A-Za-z0-9]+\]?)", line):
            owner = head.group(1)
            is_public, is_type = line.startswith(("pub ", "extend")), True
            open_parentheses = line.count("(") - line.count(")")
        elif re.match(r"(pub |native|fn |let |var )", line):
            owner, is_type = "fn", False
        elif open_parentheses > 0:  # parameters of a type, on several lines
            open_parentheses += line.count("(") - line.count(")")
            continue
        member = is_type and is_public and re.match(r"    ((static|open|abstract) )*(fn|get|let|var) ", line)
        if not pending and (member or line.startswith("pub ")):
            missing.append((number, line.strip()))
        examples += [Example(module, owner, at, code) for at, code in pending]
        pending = []
    return examples, missing


def read_context(path):
    """Lines before an example; lines inside by owner; parts of examples that are not run."""
    head, inside, skipped = [], {}, []
    target = [head]
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("//@ compile "):
                skipped.append(line[len("//@ compile "):])
            elif line.startswith("//@ "):
                target = [inside.setdefault(owner, []) for owner in line[4:].split()]
            else:
                for lines in target:
                    lines.append(line)
    return head, inside, skipped


def split_statements(code):
    """The code at its `;`, those in brackets and texts apart."""
    parts, depth, quote, start, i = [], 0, "", 0, 0
    while i < len(code):
        c = code[i]
        if quote:
            if c == "\\":
                i += 1
            elif c == quote:
                quote = ""
        elif c in "\"'":
            quote = c
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        elif c == ";" and depth == 0:
            parts.append(code[start:i])
            start = i + 1
        i += 1
    return [p.strip() for p in parts + [code[start:]] if p.strip()]


def source_of(example, head, inside):
    lines = [f"import {example.module}", f"import {example.module}.*", *head]
    statements = split_statements(example.code)
    while statements and DECLARATION.match(statements[0]):
        lines.append(statements.pop(0))
    # In blocks of their own, so that the example may declare what the context does.
    lines += ["pub fn example_(): string? {", *inside.get("*", []), "{", *inside.get(example.owner, []), "{"]
    if example.result and statements:
        lines += [*statements[:-1], f"let result_ = {statements[-1]}", 'return "${result_}"']
    else:
        lines += [*statements, "return null"]
    return "\n".join(lines + ["}", "}", "}"]) + "\n"


def agrees(result, printed):
    """Whether a text is what the comment says, where texts may stand in quotes."""
    meanings = [result, result.strip("'")]
    if result.startswith('"'):
        try:
            meanings.append(json.loads(result))
        except ValueError:
            pass
    return printed in meanings


def check_module(module, text, options, work):
    head, inside, skipped = read_context(HERE / "doc_examples" / f"{module.removeprefix('std.')}.context")
    examples, missing = find_examples(module, text)
    root = work / module
    root.mkdir()
    for e in examples:
        e.runs = not any(part in e.code for part in skipped)
        (root / f"{e.name}.skua").write_text(source_of(e, head, inside), encoding="utf-8")
    calls = "\n".join(f'    report("{e.name}", () => {e.name}.example_())' for e in examples if e.runs)
    imports = "\n".join(f"import {e.name}" for e in examples if e.runs)
    (root / "main.skua").write_text(f"""{imports}
fn report(name: string, example: () -> string?) {{
    let text = try {{ example() ?? "" }} catch e: Error {{ "failed: ${{e}}" }}
    eprintln("\\n@${{name}} ${{text.replace("\\\\", "\\\\\\\\").replace("\\n", "\\\\n")}}")
}}
fn main() {{
{calls}
}}
""", encoding="utf-8")
    where = {e.name: e for e in examples}
    path = options.library / (module.replace(".", "/") + ".skua")
    compiled = subprocess.run([options.bin / "vmc", *sorted(root.glob("*.skua")), "--source-root", root, "--max-errors", "0",
                               "-o", root / "classes"], capture_output=True, text=True)
    problems = [f"{path}:{line}: no example: {declaration}" for line, declaration in missing]
    if compiled.returncode != 0:
        for line in compiled.stderr.splitlines():
            if found := re.search(r"([a-z0-9_]+)\.skua:\d+:\d+: error: (.*)", line):
                e = where.get(found.group(1))
                problems.append(f"{path}:{e.line}: `{e.code}`: {found.group(2)}" if e else line)
        return examples, problems + [f"{path}: its examples do not compile"]
    box = root / "box"
    box.mkdir()
    allow = [f"--allow={right}" for right in (f"fs.read:{box}", f"fs.write:{box}", "env", "process", "random")]
    try:
        ran = subprocess.run([options.bin / "vmrun", *allow, "--class-path", root / "classes", "main"], cwd=box, timeout=60,
                             input="some input\nof two lines\n", capture_output=True, text=True)
    except subprocess.TimeoutExpired:
        return examples, [f"{path}: the examples do not come to an end"]
    seen = {name: re.sub(r"\\(.)", lambda m: "\n" if m.group(1) == "n" else m.group(1), printed)
            for name, printed in re.findall(r"^@(\w+) (.*)$", ran.stderr, re.M)}
    if ran.returncode != 0:
        problems.append(f"{path}: the program of its examples ended with {ran.returncode}: {ran.stderr[-300:]}")
    for e in examples:
        printed = seen.get(e.name)
        if not e.runs:
            continue
        if printed is None:
            problems.append(f"{path}:{e.line}: `{e.code}` was not run")
        elif printed.startswith("failed: ") and "throw" not in e.code:
            problems.append(f"{path}:{e.line}: `{e.code}` {printed}")
        elif e.result and not printed.startswith("failed: ") and not agrees(e.result, printed):
            problems.append(f"{path}:{e.line}: `{e.code}` gives {printed}, not {e.result}")
    return examples, problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--library", type=pathlib.Path, required=True, help="folder of the library's sources")
    parser.add_argument("module", nargs="*", help="std.json, for example; all without")
    options = parser.parse_args()
    options.bin, options.library = options.bin.resolve(), options.library.resolve()
    count, failed = 0, 0
    with tempfile.TemporaryDirectory(prefix="skua-examples-") as folder:
        for path in sorted(options.library.rglob("*.skua")):
            module = ".".join(path.relative_to(options.library).with_suffix("").parts)
            if options.module and module not in options.module:
                continue
            examples, problems = check_module(module, path.read_text(encoding="utf-8"), options, pathlib.Path(folder))
            count += len(examples)
            failed += len(problems)
            print("\n".join(problems), end="\n" if problems else "", flush=True)
    if count == 0:
        sys.exit("no examples found")
    print(f"{count} examples, {failed} problems")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
