VOCABULARY, WORDS = 5000, 500000


class Random:
    def __init__(self, seed):
        self.seed = seed

    def next(self, bound):
        self.seed = self.seed * 16807 % 2147483647
        return self.seed % bound


def make_text():
    random = Random(42)
    vocabulary = []
    for _ in range(VOCABULARY):
        length = 3 + random.next(8)
        vocabulary.append("".join(chr(97 + random.next(26)) for _ in range(length)))
    parts = []
    for _ in range(WORDS):
        a = random.next(VOCABULARY)
        b = random.next(VOCABULARY)
        parts.append(vocabulary[a * b // VOCABULARY])
    return " ".join(parts)


def main():
    text = make_text()
    counts = {}
    for word in text.split(" "):
        counts[word] = counts.get(word, 0) + 1
    entries = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    print(f"{len(text)} bytes, {len(entries)} distinct")
    for word, count in entries[:10]:
        print(word, count)


main()
