"""What the bad-input tests share: a scratch folder, running a program, and what must always hold.

Whatever the input, a program ends by itself within its time, by an exit code of
docs/contracts.md ("Exit codes and messages"), with an explanation on standard error if the code
is not 0, and without a sanitizer's report. Checks raise Wrong.
"""

import os
import re
import shutil
import subprocess
import tempfile

USAGE, BAD_INPUT, NO_INPUT, UNCAUGHT, NO_MEMORY, NO_OUTPUT, NOT_DELIVERED = 64, 65, 66, 70, 71, 73, 74
DOCUMENTED = {0, USAGE, BAD_INPUT, NO_INPUT, UNCAUGHT, NO_MEMORY, NO_OUTPUT, NOT_DELIVERED}
REPORTS = re.compile(r"AddressSanitizer|UndefinedBehaviorSanitizer|ThreadSanitizer|runtime error:|"
                     r"internal error|terminate called|Assertion .* failed|GC Warning")
# Words of the machinery that a user should not meet.
FOREIGN = re.compile(r"no viable alternative|extraneous input|mismatched input|std::|errno")


class Wrong(Exception):
    pass


class Skipped(Exception):
    pass


class Outcome:
    def __init__(self, command, code, output, errors, kilobytes):
        self.command = " ".join(command)
        self.code = code
        self.output = output
        self.errors = errors
        self.kilobytes = kilobytes

    def describe(self):
        return (f"{self.command}\nexit code {self.code}\nstdout: {self.output[:2000]!r}\n"
                f"stderr: {self.errors[:3000].decode('utf-8', 'replace')}")


class Bench:
    """A scratch folder and the programs under test."""

    def __init__(self, programs, slow):
        self.programs = programs
        self.slow = slow  # sanitizers: everything takes longer, memory is not comparable
        self.folder = tempfile.mkdtemp(prefix="skua-cli-")
        os.chmod(self.folder, 0o755)

    def remove(self):
        for path, folders, files in os.walk(self.folder):
            for name in folders + files:
                full = os.path.join(path, name)
                if not os.path.islink(full):
                    os.chmod(full, 0o755)
        shutil.rmtree(self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def run(self, program, *args, stdin=b"", stdout=subprocess.PIPE, seconds=20, limit_rights=False, code=None,
            says=None, lines=None, env=None, cwd="."):
        """Runs one of the programs in the scratch folder, or in `cwd` below it. `env` is added to the
        environment. `code`: the exit code or codes wanted;
        `says`: regular expressions, all of which must be found on standard error; `lines`: at most so
        many lines there."""
        command = [os.path.join(self.programs, program), *args]
        if limit_rights and os.geteuid() == 0:
            # Root reads everything; without these two capabilities root obeys the modes of files.
            if not shutil.which("setpriv"):
                raise Skipped("running as root, and there is no setpriv to give up its rights")
            command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
        if self.slow:
            seconds *= 10
        process = subprocess.Popen(command, cwd=self.path(cwd), stdin=subprocess.PIPE, stdout=stdout,
                                   stderr=subprocess.PIPE, env={**os.environ, **(env or {})})
        try:
            output, errors = process.communicate(stdin, timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise Wrong(f"{' '.join(command)}: still running after {seconds} s") from None
        outcome = Outcome(command, process.returncode, output or b"", errors, 0)
        self.check(outcome, code, says, lines)
        return outcome

    def check(self, outcome, code=None, says=None, lines=None):
        text = outcome.errors.decode("utf-8", "replace")
        if outcome.code < 0:
            raise Wrong(f"killed by signal {-outcome.code}\n" + outcome.describe())
        if REPORTS.search(text):
            raise Wrong("a crash, an internal check or a sanitizer's report\n" + outcome.describe())
        if code is None:
            code = DOCUMENTED
        if outcome.code not in ({code} if isinstance(code, int) else set(code)):
            raise Wrong(f"exit code should be {code}\n" + outcome.describe())
        if outcome.code in DOCUMENTED - {0}:
            if not text.strip():
                raise Wrong("fails without saying why\n" + outcome.describe())
            if FOREIGN.search(text):
                raise Wrong("speaks of its own machinery\n" + outcome.describe())
        for pattern in [says] if isinstance(says, str) else says or []:
            if not re.search(pattern, text):
                raise Wrong(f"standard error should say /{pattern}/\n" + outcome.describe())
        if lines is not None and len(text.strip().splitlines()) > lines:
            raise Wrong(f"more than {lines} lines of explanation\n" + outcome.describe())

    # ---- the usual preparations ----------------------------------------------------------------

    def compile(self, name, source, out="out"):
        """Compiles a program that is right. Returns the folder of its class files."""
        path = self.write(name, source)
        self.run("vmc", path, "-o", self.path(out), code=0)
        return self.path(out)

    def start(self, module, *args, out="out", options=(), **wanted):
        return self.run("vmrun", *options, "--class-path", self.path(out), module, *args, **wanted)

    def program(self, source, *args, options=(), **wanted):
        """Compiles a right program and runs it."""
        self.compile("program.skua", source)
        return self.start("program", *args, options=options, **wanted)

    def files_below(self, name):
        """All files but vmc's note of what it has built there."""
        found = []
        for path, _, files in os.walk(self.path(name)):
            found += [os.path.relpath(os.path.join(path, f), self.path(name)) for f in files if f != ".skua-build"]
        return sorted(found)


def expect(condition, what, outcome=None):
    if not condition:
        raise Wrong(what + ("\n" + outcome.describe() if outcome else ""))


def has_tier(b):
    return b.run("vmrun", "--jit=on", "--version", code={0, USAGE}).code == 0


def tier_modes(b):
    """The values of --jit that this build knows."""
    return ["off", "on", "force"] if has_tier(b) else ["off"]
