"""A Python program with Skua inside.

usage: words_host.py LIBSKUA.so CLASS-PATH
"""

import sys

from skua import GuestError, Skua

DICTIONARY = {"the": "die", "cat": "Katze", "sleeps": "schläft"}


def main():
    library, class_path = sys.argv[1:]
    vm = Skua(library, max_instructions=1_000_000)
    vm.load(class_path)
    vm.define("host", "words.translate", "(string)string?", DICTIONARY.get)
    print(vm.call("words", "sentence", ["the", "old", "cat", "sleeps"]))
    print(vm.call("words", "mean", [1.0, 2.5, 4.0]))
    entry, same = vm.call("words", "joined", ("cat", 2, None), ("sleeps", 1, "schläft"))
    print(entry, same)
    try:
        vm.call("words", "forever")
    except GuestError as error:
        function, file, line = error.frames[0]
        print(f"stopped by the limit of {error.limit} in {function} ({file}:{line})")
    vm.close()


main()
