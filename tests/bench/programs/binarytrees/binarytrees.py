class Tree:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right

    def check(self):
        return 1 if self.left is None else 1 + self.left.check() + self.right.check()


def make(depth):
    return Tree(make(depth - 1), make(depth - 1)) if depth > 0 else Tree(None, None)


def main():
    low, high = 4, 16
    print(f"stretch tree of depth {high + 1}, check: {make(high + 1).check()}")
    kept = make(high)
    for depth in range(low, high + 1, 2):
        rounds = 1 << (high - depth + low)
        total = 0
        for _ in range(rounds):
            total += make(depth).check()
        print(f"{rounds} trees of depth {depth}, check: {total}")
    print(f"long lived tree of depth {high}, check: {kept.check()}")


main()
