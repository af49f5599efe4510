"""Runs the module's tests, the demo, and files.skua with the rights that it needs, fewer, and with files that are not as they
should be. What Skua has written, Python's own sqlite3 reads, and the other way round."""

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--plugins", required=True)
    options = parser.parse_args()
    failures = []
    plugin = ("--plugin-path=" + options.plugins, "--allow=plugin:sqlite")

    def run(program, *args, cwd=HERE):
        return subprocess.run([os.path.join(options.bin, program), *args], capture_output=True, text=True, timeout=60, cwd=cwd)

    def check(what, outcome, code, *output, errors=()):
        wanted = "".join(line + "\n" for line in output)
        if outcome.returncode != code or outcome.stdout != wanted or not all(text in outcome.stderr for text in errors):
            failures.append(f"{what}: exit code {outcome.returncode}, wanted:\n{wanted}got:\n{outcome.stdout}{outcome.stderr}")

    tests = run("vmc", "test", *plugin, "sqlite.skua", "sqlite_test.skua")
    if tests.returncode != 0:
        failures.append("tests:\n" + tests.stdout + tests.stderr)

    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.realpath(folder)
        classes = os.path.join(folder, "classes")
        check("compiling", run("vmc", "sqlite.skua", "demo.skua", "files.skua", "-o", classes), 0)
        data = os.path.join(folder, "data")
        os.mkdir(data)

        def files(*args, allow=("fs:data",), more=()):
            return run("vmrun", *plugin, *("--allow=" + a for a in allow), *more, "--class-path", classes, "files", *args, cwd=folder)

        def demo(*args):
            return run("vmrun", *plugin, "--allow=fs:data", "--class-path", classes, "demo", "data/books.db", *args, cwd=folder)

        check("add", demo("add", "Dune", "412"), 0, "number 1")
        check("add again", demo("add", "Dune", "412"), 0, "'Dune' is on the list already")
        check("add nonsense", demo("add", "Emma'; drop table books --", "0"), 0, "CHECK constraint failed: pages > 0")
        check("add another", demo("add", "Emma", "474"), 0, "number 2")
        check("read", demo("read", "Dune"), 0, "done")
        check("list", demo("list"), 0, "- Emma, 474 pages", "x Dune, 412 pages", "474 pages to read")

        db = os.path.join(data, "a.db")
        check("make", files("data/a.db", "make", "count", "big-sort", "roll-back"), 0, "made, delete", "5000 rows", "row 999",
              "changed my mind: 5000 rows")
        with sqlite3.connect(db) as other:
            if other.execute("select count(*), max(n) from t").fetchone() != (5000, 4999):
                failures.append("Python reads something else")
        other.close()
        if sorted(os.listdir(data)) != ["a.db", "books.db"]:
            failures.append(f"files are left: {os.listdir(data)}")
        check("to read", files("data/a.db", "count", "read-only", allow=("fs.read:data",)), 0, "5000 rows",
              "error 8: attempt to write a readonly database")
        check("write not granted", files("data/a.db", "write", allow=("fs.read:data",)), 0,
              "refused: fs.write of 'data/a.db' was not granted; run with --allow=fs.write:data/a.db")
        check("nothing granted", files("data/a.db", "count", allow=()), 0,
              "refused: fs.read of 'data/a.db' was not granted; run with --allow=fs.read:data/a.db")
        # Granted alone, the file cannot be used: what the journal says must not be overlooked.
        check("file alone", files("data/a.db", "write", allow=("fs:data/a.db",)), 0,
              f"refused: fs.read of '{db}-journal' was not granted; run with --allow=fs.read:{db}-journal")
        check("file and journal", files("data/a.db", "write", allow=("fs:data/a.db", "fs:data/a.db-journal", "fs:data/a.db-wal")), 0,
              "1 row more")
        check("missing", files("data/none.db", "count"), 0, "error 14: cannot open the database 'data/none.db': unable to open database file")
        check("forgotten", files("data/a.db", "forget", "count"), 0, "5001 rows")

        # Links: within what is granted they are followed; out of it, nothing is.
        outside = os.path.join(folder, "outside.db")
        sqlite3.connect(outside).executescript("create table secret (x); insert into secret values (42);")
        os.symlink("../outside.db", os.path.join(data, "link.db"))
        os.symlink("a.db", os.path.join(data, "inner.db"))
        check("link out", files("data/link.db", "select * from secret"), 0,
              "refused: fs.read of 'data/link.db' was not granted; run with --allow=fs.read:data/link.db")
        check("link in", files("data/inner.db", "write", "count"), 0, "1 row more", "5002 rows")
        check("attach", files("data/a.db", f"attach '{outside}' as o", "attach 'file:../outside.db?vfs=unix' as o",
                              "attach 'data/link.db' as o", "vacuum into 'copy.db'"), 0,
              *(f"refused: fs.read of '{path}' was not granted; run with --allow=fs.read:{path}" for i, path in enumerate((outside, os.path.join(os.path.dirname(folder), "outside.db"), outside,
                                          os.path.join(folder, "copy.db")))))
        check("vacuum into", files("data/a.db", "vacuum into 'data/copy.db'"), 0)
        check("vacuumed", files("data/copy.db", "count"), 0, "5002 rows")
        check("strange names", files("data/../data/file:x?mode=memory", "make"), 0, "made, delete")
        check("extensions", files("data/a.db", "select load_extension('x')"), 0, "error 1: not authorized")

        # A log instead of a journal, and two who want the same.
        check("wal", files("data/a.db", "wal", "write"), 0, "wal", "1 row more")
        if sorted(name for name in os.listdir(data) if name.startswith("a.db")) != ["a.db"]:
            failures.append(f"the log was not tidied up: {os.listdir(data)}")
        other = sqlite3.connect(os.path.join(data, "copy.db"), isolation_level=None)
        other.execute("begin exclusive")
        check("locked", files("data/copy.db", "write"), 0, "busy: cannot open the database 'data/copy.db': database is locked, by somebody else")
        other.close()

        # A journal that a killed process has left is rolled back.
        victim = ("import os, sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.execute('pragma cache_size=2')\n"
                  "c.execute(\"update t set s = s || 'xxxxxxxxxxxxxxxxxxxx'\")\nos.kill(os.getpid(), 9)\n")
        subprocess.run([sys.executable, "-c", victim, os.path.join(data, "copy.db")], check=False)
        if not os.path.exists(os.path.join(data, "copy.db-journal")):
            failures.append("the killed process has left no journal, so this tests nothing")
        check("hot journal", files("data/copy.db", "select count(*) as n from t where s like '%xxx'", "count"), 0, "(n: 0)", "5002 rows")

        # Files that are no databases.
        with open(db, "rb") as file:
            whole = file.read()
        for name, content, message in (("text.db", b"hello, world\n" * 1000, "error 26: cannot open the database 'data/text.db': file is not a database"),
                                       ("cut.db", whole[:len(whole) // 2], "error 11: cannot open the database 'data/cut.db': database disk image is malformed")):
            with open(os.path.join(data, name), "wb") as file:
                file.write(content)
            check(name, files("data/" + name, "select sum(n) from t"), 0, message)
        damaged = bytearray(whole)
        for at in range(200, len(damaged), 97):
            damaged[at] ^= at & 0xFF
        with open(os.path.join(data, "bad.db"), "wb") as file:
            file.write(damaged)
        outcome = files("data/bad.db", "select * from t order by s", "pragma integrity_check", "write")
        if outcome.returncode != 0 or "malformed" not in outcome.stdout:
            failures.append(f"damaged: {outcome.returncode}\n{outcome.stdout[-500:]}{outcome.stderr[-500:]}")

        # Limits, and programs that do the same each time.
        check("time", files("-", "endless", more=("--timeout=0.3",)), 70, errors=("LimitError",))
        check("memory", files("-", "greedy", more=("--max-heap=64M",)), 0, "SQLite has used up what --max-heap allows")
        first, second = (files("-", "random", "random", more=("--deterministic",)).stdout for _ in range(2))
        if first != second or len(set(first.split()[i] for i in (0, 1, 3, 4))) != 4:
            failures.append(f"not deterministic: {first}{second}")
    if failures:
        sys.exit("\n".join(failures))


main()
